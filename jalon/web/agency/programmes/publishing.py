"""…/publier: reason and day, what will happen, a confirmation; then the page of the revision."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from jalon.core import clock, dates
from jalon.core.errors import DomainError, InvalidInput
from jalon.programmes.actions.publishing import Publication, prepared, publish_prepared
from jalon.programmes.definition.check import check
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.models import Programme, Revision
from jalon.programmes.queries import (
    chosen_rules,
    comparison,
    compiled,
    compiled_draft,
    open_matches,
    plan_of,
    publication_mark,
    refused_matches,
    revision_lines,
)
from jalon.programmes.states import RevisionState, Rule, stricter
from jalon.reviews.queries.impact import draft_target
from jalon.reviews.queries.orders import latest_order, order_progress
from jalon.web.access import standing_in
from jalon.web.agency.frame import Confirmation, confirm, is_confirmed, refused, see_other, tell
from jalon.web.agency.programmes.difference import chart
from jalon.web.agency.programmes.frame import (
    DRAFT,
    draft_of,
    is_announced,
    latest_revision,
    programme_context,
    programme_page,
)
from jalon.web.agency.programmes.home import LOOKS, diff_address, size_of, workbook_address
from jalon.web.agency.programmes.impact import Totals, counted, sums, visible_files
from jalon.web.answers import complaint
from jalon.web.components.fields import Field


@programme_page
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: HttpRequest, programme: Programme) -> HttpResponse:
    typed = {key: str(value) for key, value in request.POST.items()}
    if request.method != "POST":
        return _form(request, programme, {})
    try:
        day, reason = _day(typed.get("effective_on", "")), _reason(typed.get("reason", ""))
        made = prepared(
            actor=standing_in(request),
            programme_code=programme.code,
            reason=reason,
            effective_on=day,
            seen=typed.get("seen", ""),
        )
        if not made.is_published and not is_confirmed(request):
            return _confirmation(request, programme, made)
        revision = publish_prepared(actor=standing_in(request), made=made)
    except DomainError as error:
        errors, general, status = refused(error)
        return _form(request, programme, typed, errors=errors, general=general, status=status)
    except DefinitionError as error:
        return _form(request, programme, typed, general=_faults(error), status=422)
    tell(
        request,
        _("La révision n° %(n)s est publiée. Aucun dossier n’a encore changé de révision.")
        % {"n": revision.number},
    )
    return see_other("staff-programme-revision", programme.code, revision.number)


def _faults(error: DefinitionError) -> str:
    return " ".join(f"{f.where}{_(' : ')}{complaint(f)}" for f in error.findings)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise InvalidInput({"effective_on": _("Écrivez la date comme 13/05/2027.")}) from error


def _reason(typed: str) -> str:
    if not typed.strip():
        raise InvalidInput({"reason": _("Dites pourquoi : les éditeurs lisent ces mots.")})
    return typed.strip()


def _form(
    request: HttpRequest,
    programme: Programme,
    typed: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    draft, latest, errors = draft_of(programme), latest_revision(programme), errors or {}
    findings = check(compiled_draft(draft).definition)
    totals, files = Totals(), visible_files(standing_in(request), programme)
    found, choices = None, {}
    if latest is not None:
        choices = chosen_rules(programme, latest)
        totals = counted(programme, draft_target(draft), files, totals)
        found = comparison(compiled(latest), compiled_draft(draft), refused_matches(programme, latest))
    today = clock.paris_date(clock.now()).isoformat()
    fields = [
        Field("reason", _("Motif"), "long_text", typed.get("reason", ""), required=True, max_length=500, rows=3,
              error=errors.get("reason", ""),
              hint=_("Dans l’historique, et en tête de l’avis que reçoit chaque éditeur.")),
        Field("effective_on", _("Date d’effet"), "date", typed.get("effective_on", today), required=True,
              error=errors.get("effective_on", ""),
              hint=_("Un jour à venir annonce la révision : les dossiers n’y passent pas avant.")),
    ]  # fmt: skip
    context = {
        **programme_context(request, programme, "home", _("Publier le brouillon")),
        "draft": draft,
        "latest": latest,
        "seen": publication_mark(draft, latest, choices),
        "fields": fields,
        "errors": [(f.id, f.error) for f in fields if f.error],
        "general": general,
        "findings": [f"{f.where}{_(' : ')}{complaint(f)}" for f in findings[:20]],
        "is_published": latest is not None and latest.sha256 == draft.sha256,
        "to_confirm": len(open_matches(programme, latest, draft)) if latest else 0,
        "chart": chart(found, programme, {"de": str(latest.number), "a": DRAFT}) if found and latest else [],
        "totals": totals,
        "count": files.count(),  # more than were counted, when that takes long
        "sums": sums(totals),
    }
    return render(request, "agency/programme/publish.html", context, status=status)


def _confirmation(request: HttpRequest, programme: Programme, made: Publication) -> HttpResponse:
    day = made.effective_on
    number = made.base.number + 1 if made.base else 1
    announced = day > clock.paris_date(clock.now())
    files = visible_files(standing_in(request), programme).count()
    running = ngettext("%(n)d dossier est en cours", "%(n)d dossiers sont en cours", files) % {"n": files}
    if announced:
        sentence = _(
            "La révision est annoncée : elle ne vaut qu’à sa date d’effet. Une révision publiée ne se "
            "modifie plus ; on la corrige par une autre. %(running)s : aucun ne change de révision "
            "avant que vous ne le demandiez."
        )
    else:
        sentence = _(
            "Les nouvelles candidatures suivent aussitôt cette révision. Une révision publiée ne se modifie "
            "plus ; on la corrige par une autre. %(running)s : aucun ne change de révision avant que vous ne "
            "le demandiez."
        )
    asked = Confirmation(
        title=_("Publier la révision n° %(n)s") % {"n": number},
        sentence=sentence % {"running": running},
        label=_("Publier la révision"),
        back_url=reverse("staff-programme-publish", args=[programme.code]),
        facts=(
            (_("Date d’effet"), dates.day(day)),
            (_("Motif"), made.reason),
            (_("Empreinte"), made.draft.sha256[:16]),
        ),
    )
    return confirm(request, programme_context(request, programme, "home", _("Publier")), asked)


# --- The revision, once published ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    code: str
    title: object
    rule: str
    by_choice: bool


@programme_page
@require_safe
def revision(request: HttpRequest, programme: Programme, n: int) -> HttpResponse:
    line = next((one for one in revision_lines(programme) if one.revision.number == n), None)
    if line is None:
        raise Http404
    order = latest_order(programme)
    icon, tone = LOOKS[line.state]
    plan = plan_of(line.revision)
    context = {
        **programme_context(request, programme, "home", _("Révision n° %(n)s") % {"n": n}),
        "revision": line.revision,
        "state": line.state,
        "look": {"icon": icon, "tone": tone},
        "announced": is_announced(line.revision),
        "is_current": line.state in (RevisionState.IN_FORCE, RevisionState.ANNOUNCED),
        "size": size_of(compiled(line.revision)),
        "base": plan.base if plan else None,
        "decided": _decided(line.revision) if plan else [],
        "diff_url": diff_address(programme, str(plan.base.number), str(n)) if plan else "",
        "workbook_url": workbook_address(programme, str(n)),
        "progress": order_progress(order) if order and order.revision_id == line.revision.pk else None,
    }
    return render(request, "agency/programme/revision.html", context)


def _decided(found: Revision) -> list[Decided]:
    """What was decided with the revision for each requirement that it changes."""
    plan = plan_of(found)
    if plan is None:
        return []
    new, choices = compiled(found), json.loads(plan.choices)
    rules: dict[str, Rule] = {}
    for key, rule in json.loads(plan.effects).items():
        of = new.items[key].requirement.key
        rules[of] = stricter(rules[of], Rule(rule)) if of in rules else Rule(rule)
    return [
        Decided(
            new.requirements[key][1].code, new.requirements[key][1].title, str(rule.label), key in choices
        )
        for key, rule in rules.items()
    ]


urls = [
    path("instruction/programmes/<str:code>/publier", publication, name="staff-programme-publish"),
    path("instruction/programmes/<str:code>/revisions/<key:n>", revision, name="staff-programme-revision"),
]
