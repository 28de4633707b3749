"""…/verdicts: what becomes of the verdicts of each requirement that the draft changes, decided before publishing."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jalon.core.errors import DomainError
from jalon.core.text import holds_words
from jalon.programmes.actions.publishing import choose_rules
from jalon.programmes.definition.schema import Text
from jalon.programmes.models import Programme
from jalon.programmes.queries import (
    chosen_rules,
    comparison,
    compiled,
    compiled_draft,
    item_changes,
    refused_matches,
)
from jalon.programmes.states import Rule
from jalon.web.access import standing_in
from jalon.web.agency.frame import refused, see_other, tell
from jalon.web.agency.programmes.changes import ChangeRow, change_rows
from jalon.web.agency.programmes.frame import draft_of, latest_revision, programme_context, programme_page
from jalon.web.agency.programmes.home import diff_address
from jalon.web.agency.programmes.marked import shortened

PREFIX, WAS = "rule:", "was:"  # before the key of a requirement: what is chosen, and what was shown to hold
LONG = 20  # requirements: from more on, one is looked for by its code


@dataclass(frozen=True)
class RuleRow:
    """A changed requirement. `held` holds, `default` would without a choice; `chosen` is ticked."""

    key: str
    code: str
    title: Text
    proofs: int
    default: Rule
    held: Rule
    chosen: str
    is_decided: bool
    change: ChangeRow | None
    error: str


@programme_page
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, programme: Programme) -> HttpResponse:
    if request.method != "POST":
        return _page(request, programme)
    typed, was = _sent(request, PREFIX), _sent(request, WAS)
    wanted = {key: rule for key, rule in typed.items() if was.get(key) != rule}
    try:
        choose_rules(actor=standing_in(request), programme_code=programme.code, rules=wanted, seen=was)
    except DomainError as error:
        errors, general, status = refused(error)
        return _page(request, programme, wanted, was, errors=errors, general=general, status=status)
    n = len(wanted)
    tell(
        request,
        ngettext("%(n)d décision est enregistrée.", "%(n)d décisions sont enregistrées.", n) % {"n": n},
    )
    return see_other("staff-programme-impact", programme.code)


def _sent(request: HttpRequest, prefix: str) -> dict[str, str]:
    """What the form says of each requirement, by its key."""
    sent = request.POST.items()
    return {name.removeprefix(prefix): str(value) for name, value in sent if name.startswith(prefix)}


def _page(
    request: HttpRequest,
    programme: Programme,
    wanted: Mapping[str, str] | None = None,
    was: Mapping[str, str] | None = None,
    *,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = _rows(programme, wanted or {}, was or {}, errors or {})
    shown = {row.key for row in rows}
    words = request.GET.get("mot", "")[:100]
    elsewhere = [
        f"{_code(programme, key)}{_(' : ')}{error}"
        for key, error in (errors or {}).items()
        if key not in shown
    ]
    latest = latest_revision(programme)
    context = {
        **programme_context(request, programme, "rules", _("Verdicts des exigences modifiées")),
        "rows": _found(rows, words),
        "words": words,
        "is_long": len(rows) > LONG,
        "latest": latest,
        "options": [(rule.value, rule.label) for rule in Rule],
        "diff_url": diff_address(programme, str(latest.number), "brouillon") if latest else "",
        "errors": [(f"rule-{row.key}", row.error) for row in rows if row.error],
        "general": " ".join([*([general] if general else []), *elsewhere]),
    }
    return render(request, "agency/programme/rules.html", context, status=status)


def _found(rows: list[RuleRow], words: str) -> list[RuleRow]:
    """By number and title. What is not shown is not sent either: nothing is decided of it."""
    return [row for row in rows if holds_words(f"{row.code} {row.title.fr} {row.title.en}", words)]


def _code(programme: Programme, key: str) -> str:
    """The number of a requirement that the form named and the page no longer shows."""
    latest = latest_revision(programme)
    for read in (compiled_draft(draft_of(programme)), *([compiled(latest)] if latest else [])):
        if key in read.requirements:
            return read.requirements[key][1].code
    return key


def _rows(
    programme: Programme, wanted: Mapping[str, str], was: Mapping[str, str], errors: Mapping[str, str]
) -> list[RuleRow]:
    draft, latest = draft_of(programme), latest_revision(programme)
    if latest is None:
        return []
    old, new = compiled(latest), compiled_draft(draft)
    changes, decided = item_changes(old, new), chosen_rules(programme, latest)
    found = comparison(old, new, refused_matches(programme, latest))
    told = {row.key: row for row in change_rows(found, "changed")}
    rows = []
    for key, proofs in changes.by_requirement.items():
        _chapter, requirement = new.requirements[key]
        default = changes.default_rule(key)
        change = told.get(key)
        held = decided.get(key, default)
        rows.append(
            RuleRow(
                key=key,
                code=requirement.code,
                title=requirement.title,
                proofs=len(proofs),
                default=default,
                held=held,
                chosen=wanted.get(key, held),
                is_decided=key in decided,
                change=_shortened(change) if change else None,
                error=errors.get(key, "") or _collision(held, wanted.get(key), was.get(key)),
            )
        )
    return rows


def _collision(held: Rule, wanted: str | None, was: str | None) -> str:
    """What to say where a choice was made beside a rule that no longer holds."""
    if wanted in (None, held) or was in (None, held):
        return ""
    return _(
        "Pendant que vous décidiez, un autre choix a été fait : « {rule} ». Enregistrer maintenant garde le vôtre."
    ).format(rule=held.label)


def _shortened(row: ChangeRow) -> ChangeRow:
    return ChangeRow(
        row.section, row.code, row.title, row.detail, row.was, tuple(map(shortened, row.fields)), row.notes
    )


urls = [path("instruction/programmes/<str:code>/verdicts", rules, name="staff-programme-rules")]
