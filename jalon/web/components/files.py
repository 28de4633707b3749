"""Template tags for a file that is read in its page (`shown`: jalon.web.viewers.Shown).

{% viewer shown %}  {% viewed shown page=2 %}
"""

import logging
from typing import Any

from django import template
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)
register = template.Library()


@register.simple_tag
def viewer(shown: Any) -> str:
    """What its viewer found in the file; a template that fails on it leaves the rest of the page standing."""
    try:
        return render_to_string(shown.template, {"v": shown, "c": shown.content})
    except Exception:
        logger.exception("The file %d cannot be shown", shown.source.document.pk)
        return render_to_string("viewers/none.html", {"v": shown})


@register.simple_tag
def viewed(shown: Any, **changes: Any) -> str:
    """The page that shows a file, its viewer asked otherwise: `page=2`."""
    return str(shown.address(**changes))
