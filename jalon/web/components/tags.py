"""Template tags that every template may use. Pages use only these components, never a theme's markup.

Inline:   {% icon "check-line" %}  {% chip "step" part.state %}  {% turn application.turn "vendor" %}  {% kbd "J" %}
Texts:    {% text definition_text %} (schema.Text)  {% rich text html=requirement.html %}
Times:    {{ instant|paris }} and the other filters of times.py
Files:    {% viewer shown %} and its addresses, of files.py
Blocks:   {% field f %}  {% progress counts %}  {% deadline label at %}  {% error_summary errors %}  {% avatar name %}
With a body (close with end…): {% notice "info" "Titre" %}  {% group "Titre" %}  {% empty "inbox-line" "Titre" %}
          {% dialog "id" "Titre" %}
Bigger ones are includes: templates/components/*.html, each with its variables named in its first lines.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import nh3
from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html, linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from jalon.applications import queries
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.states import ApplicationState, Turn
from jalon.core import clock
from jalon.core.text import fold
from jalon.programmes.definition.schema import Text
from jalon.web.components.progress import Progress
from jalon.web.components.states import Side, StepShown, Tone, look_of, turn_mark
from jalon.web.components.times import days_until, iso, paris, paris_day
from jalon.web.countries import country_name

register = template.Library()

AGENCY_LANGUAGE = "fr"
ALLOWED_TAGS = {
    "a", "b", "br", "code", "dd", "dl", "dt", "em", "i", "li", "ol", "p", "pre", "strong", "sub", "sup", "table",
    "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip


_CRITICALITY: Mapping[str, str | Promise] = {
    "mineure": gettext_lazy("Mineure"),
    "majeure": gettext_lazy("Majeure"),
    "critique": gettext_lazy("Critique"),
}


# --- Inline -------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "", label: str = "", css: str = "") -> SafeString:
    """An icon of static/jalon/icons.svg. Decorative unless `label` names it."""
    return _drawing(name, size, str(label), css)


@lru_cache(maxsize=1024, typed=True)  # text that is safe and text that is not are not the same
def _drawing(name: str, size: str, label: str, css: str) -> SafeString:
    """Kept: a page has dozens, and looking up the address of the drawings costs more than the rest."""
    classes = " ".join(c for c in ("j-icon", f"j-icon--{size}" if size else "", css) if c)
    named = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        named,
        static("jalon/icons.svg"),
        name,
    )


def _chip(icon_name: str, tone: str, word: Any, size: str) -> SafeString:
    extra = f" j-chip--{size}" if size else ""
    return format_html('<span class="j-chip j-chip--{}{}">{}{}</span>', tone, extra, icon(icon_name), word)


@register.simple_tag
def chip(kind: str, state: str, size: str = "") -> SafeString:
    """A state: icon, word, colour. `kind`: application, step, chapter, slot, report, convention, opinion.

    `size`: "sm", "lg", or "bare" (no ground).
    """
    look, word = look_of(kind, state)
    return _chip(look.icon, look.tone, word, size)


@register.simple_tag
def application_chip(application: Application, size: str = "") -> SafeString:
    """The state of an application; once awarded, in the words of its programme. Expects `revision` selected along."""
    if application.state != ApplicationState.LISTED:
        return chip("application", application.state, size)
    look, _word = look_of("application", application.state)
    return _chip(look.icon, look.tone, text(definition_for(application).award.state), size)


@register.simple_tag
def chip_of(icon_name: str, tone: Tone, word: str, size: str = "") -> SafeString:
    """A chip for what is not a state of the model: "Bloqué", "Ouvert", "Lisible"."""
    return _chip(icon_name, tone, word, size)


@register.simple_tag
def step_chip(step: StepShown, size: str = "") -> SafeString:
    look, word = step.look
    return _chip(look.icon, look.tone, word, size)


@register.simple_tag
def turn(
    who: str, side: Side, since: datetime | None = None, target_days: int = 0, words: str = ""
) -> SafeString:
    """Whose turn: marker and words ("À vous", "À l’agence"…), since when, and beyond the agency's own target."""
    mark = turn_mark(who, side)
    word = words or _turn_word(Turn(who), side, yours=mark == "you")
    parts = [format_html('<span class="j-turn__mark" aria-hidden="true"></span><span>{}</span>', word)]
    if since is not None:
        waited = max((clock.now() - since).days, 0)
        parts.append(
            format_html(
                '<span class="j-turn__since">{}</span>', _("depuis le %(date)s") % {"date": paris_day(since)}
            )
        )
        if target_days and waited > target_days:
            parts.append(
                format_html(
                    '<span class="j-turn__late">{}</span>', _("au-delà de %(days)d j") % {"days": target_days}
                )
            )
    return format_html('<span class="j-turn j-turn--{}">{}</span>', mark, SafeString(" ".join(parts)))


def _turn_word(who: Turn, side: Side, *, yours: bool) -> str:
    if who is Turn.BOTH:
        return _("À vous et à l’agence") if side == "vendor" else _("À vous et à l’éditeur")
    return _("À vous") if yours else str(who.label)


@register.simple_tag
def waited(since: datetime | None, target_days: int = 0) -> SafeString:
    """How long something has been waiting: "4 h", "9 j", and beyond the agency's own target."""
    if since is None:
        return SafeString("")
    seconds = max((clock.now() - since).total_seconds(), 0)
    days, hours = int(seconds // 86_400), int(seconds // 3600)
    if days:
        span = _("%(n)d j") % {"n": days}
    elif hours:
        span = _("%(n)d h") % {"n": hours}
    else:
        span = _("moins d’une heure")
    late = bool(target_days) and days > target_days
    extra = (
        format_html(
            ' <span class="j-turn__late j-sub">{}</span>', _("au-delà de %(days)d j") % {"days": target_days}
        )
        if late
        else ""
    )
    return format_html(
        '<time datetime="{}" title="{}" class="j-num{}">{}</time>{}', iso(since), paris(since),
        " j-turn__late" if late else "", span, extra,
    )  # fmt: skip


@register.simple_tag
def kbd(key: str) -> SafeString:
    return format_html('<kbd class="j-kbd">{}</kbd>', key)


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    initials = "".join(part[0] for part in name.split()[:2]).upper() or "?"
    return format_html(
        '<span class="j-avatar{}" aria-hidden="true">{}</span>',
        f" j-avatar--{size}" if size else "",
        initials,
    )


@register.filter
def file_size(size: int | None) -> str:
    """412 Ko, 1,2 Mo"""
    if size is None:
        return ""
    if size < 1024:
        return ngettext("%(n)d octet", "%(n)d octets", size) % {"n": size}
    if size < 1024 * 1024:
        return _("%(n)s Ko") % {"n": round(size / 1024)}
    mega = f"{size / 1024 / 1024:.1f}"
    return _("%(n)s Mo") % {"n": mega.replace(".", ",") if _language() == "fr" else mega}


# --- Texts of a definition ----------------------------------------------------------------------------------


def _language() -> str:
    return (get_language() or "fr").split("-")[0]


@register.simple_tag
def text(value: Text | str | None, tag: str = "") -> SafeString:
    """A text of the definition in the reader's language; `lang="fr"` where only French exists."""
    if value is None:
        return SafeString("")
    if isinstance(value, str):
        content, french = value, False
    else:
        content, french = value.shown_in(_language()), value.is_french_in(_language())
    if not (french or tag):
        return conditional_escape(content)
    return format_html(
        "<{0}{1}>{2}</{0}>", tag or "span", SafeString(' lang="fr"' if french else ""), content
    )


@register.simple_tag
def agency_words(said: str) -> SafeString:
    """What somebody of the agency wrote for the record: in the language of the agency, whatever the page's."""
    lines = SafeString("<br>").join(conditional_escape(line) for line in said.splitlines())
    if _language() == AGENCY_LANGUAGE:
        return SafeString(lines)
    return format_html('<span lang="{}">{}</span>', AGENCY_LANGUAGE, SafeString(lines))


@register.filter
def words(value: Text | str | None) -> str:
    """The same as plain text, for titles and attributes."""
    if value is None or isinstance(value, str):
        return value or ""
    return value.shown_in(_language())


@register.filter
def state_words(application: Application) -> str:
    """Its state within a sentence; on its own it is a chip."""
    return queries.state_words(application)


@register.filter
def country(code: str) -> str:
    """The name of a country, in the reader's language."""
    return country_name(code)


@register.simple_tag
def criticality(level: str) -> SafeString:
    """The weight of a requirement: words of lists are French; the usual ones are known in English too."""
    known = _CRITICALITY.get(fold(level))
    return text(str(known)) if known else text(Text(fr=level))


@register.filter
def lang_of(value: Text | str | None) -> str:
    """`fr` when a text is shown in French on a page in another language, else empty."""
    return "fr" if isinstance(value, Text) and value.is_french_in(_language()) else ""


@register.simple_tag
def rich(value: Text | str | None, html: bool = False) -> SafeString:
    """Paragraphs: plain text with line breaks, or the sanitised HTML of an imported list."""
    if value is None:
        return SafeString("")
    content = words(value)
    body = (
        nh3.clean(content, tags=ALLOWED_TAGS, attributes={"a": {"href"}})
        if html
        else linebreaks(escape(content))
    )
    lang = lang_of(value)
    return format_html(
        '<div class="j-prose"{}>{}</div>', SafeString(f' lang="{lang}"' if lang else ""), SafeString(body)
    )


# --- Blocks -------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/deadline.html")
def deadline(label: str, at: datetime | None, show_left: bool = True) -> dict[str, Any]:
    """Label, date, time, "(Heure de Paris)", days left."""
    state = ""
    if at is not None:
        state = "past" if at < clock.now() else "near" if days_until(at) <= 7 else ""
    return {"label": label, "at": at, "state": state, "show_left": show_left}


@register.inclusion_tag("components/field.html")
def field(f: Any) -> dict[str, Any]:
    """`f`: jalon.web.components.fields.Field."""
    return {"f": f}


@register.inclusion_tag("components/progress.html")
def progress(counts: Progress, size: str = "large", legend: bool = True, head: bool = True) -> dict[str, Any]:
    """`size`: "large" (bar, legend, figures), "thin" or "mini" (bar alone). The name of the bar is a sentence."""
    large = size == "large"
    return {"p": counts, "size": size, "legend": large and legend, "head": large and head}


@register.inclusion_tag("components/error_summary.html")
def error_summary(
    errors: Collection[tuple[str, str]] | Mapping[str, str], general: str = ""
) -> dict[str, Any]:
    """Errors as (id of the input, sentence); takes the focus when the page opens."""
    rows = list(errors.items()) if isinstance(errors, Mapping) else list(errors)
    return {"rows": rows, "general": general}


@register.simple_tag
def attrs(values: Mapping[str, Any] | None) -> SafeString:
    """data-* attributes from a mapping."""
    pairs = [
        format_html(' data-{}="{}"', key.replace("_", "-"), value) for key, value in (values or {}).items()
    ]
    return SafeString("".join(pairs))  # each pair is escaped


NOTICE_ICONS = {
    "info": "information-line", "success": "check-line", "warning": "alert-line", "error": "error-warning-line",
    "wait": "time-line", "req": "refresh-line",
}  # fmt: skip


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "", level: int = 0) -> SafeString:
    """A framed message: info, success, warning, error, wait, req. `level` makes the title a heading."""
    head = (
        format_html('<{0} class="j-alert__title">{1}</{0}>', f"h{level}" if level else "p", title)
        if title
        else ""
    )
    return format_html(
        '<div class="j-alert j-alert--{}">{}<div class="j-alert__text">{}{}</div></div>',
        kind, icon(NOTICE_ICONS[kind]), head, content,
    )  # fmt: skip


@register.simple_block_tag
def group(
    content: str, title: str, detail: str = "", opened: bool = True, side: str = "", ident: str = ""
) -> str:
    """A collapsible part: heading, composition, and at the right what `side` holds."""
    return render_to_string(
        "components/group.html",
        {
            "content": content,
            "title": title,
            "detail": detail,
            "opened": opened,
            "side": side,
            "ident": ident,
        },
    )


@register.simple_block_tag
def empty(content: str, icon_name: str, title: str) -> SafeString:
    """Nothing here yet: what will come, what brings it, one action in the body."""
    return format_html(
        '<div class="j-empty">{}<p class="j-empty__title">{}</p>{}</div>', icon(icon_name), title, content
    )


@register.simple_block_tag
def dialog(content: str, ident: str, title: str) -> str:
    """A dialog that `data-dialog="ident"` opens (js/dialog.js). Without JavaScript, the opener is a link to a page."""
    return render_to_string("components/dialog.html", {"content": content, "ident": ident, "title": title})


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The present address with some parameters changed; None takes one out: `{% query page=2 %}`."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        params.pop(key, None)
        if value not in (None, ""):
            params[key] = str(value)
    return f"?{params.urlencode()}" if params else "?"


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, n: int) -> str:
    """The present address at the n-th part of the list that components/pager.html turns over."""
    anchor = context.get("page_anchor")
    address = query(context, **{context.get("page_param") or "page": n})
    return f"{address}#{anchor}" if anchor else address
