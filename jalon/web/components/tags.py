"""Template tags that every template may use. Pages use only these components, never a theme's markup."""

from django import template

register = template.Library()
