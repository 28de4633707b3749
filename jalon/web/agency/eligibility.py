"""…/dossier/decision: the file found eligible, sent back, refused or reopened; each shown before it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.rules.answers import declared_claims, form_steps
from jalon.programmes.definition.schema import Definition
from jalon.reviews.actions.files import refuse_file, reopen_file, return_file, validate_file
from jalon.web.access import standing_in
from jalon.web.agency.dossier import CLAIM, REMARK, dossier_page, rounds_of, snapshot_answers
from jalon.web.agency.frame import (
    Confirmation,
    PageAgain,
    acted,
    confirm,
    file_context,
    file_page,
    is_confirmed,
    see_other,
)
from jalon.web.answers import said


@file_page
@require_POST
def decide(request: HttpRequest, application: Application) -> HttpResponse:
    """The three decisions. Each is shown with its consequence before it is taken; nothing typed is lost."""
    typed = {key: str(value) for key, value in request.POST.items()}
    decision = _DECISIONS.get(typed.get("decision", ""))
    if decision is None:
        return see_other("staff-dossier", application.number)
    problem = decision.problem(application, typed)
    if problem:
        return dossier_page(request, application, typed=typed, errors=problem, status=422)
    if not is_confirmed(request):
        context = file_context(request, application, "dossier", _("Confirmer la décision"))
        return confirm(request, context, decision.asked(application, typed))
    return acted(
        request,
        partial(decision.take, standing_in(request), application, typed),
        done=str(decision.done),
        to=see_other("staff-file", application.number),
        again=_again(request, application, typed),
    )


def _again(request: HttpRequest, application: Application, typed: Mapping[str, str]) -> PageAgain:
    """With the state of the file as it is then."""

    def page(*, errors: Mapping[str, str], general: str, status: int) -> HttpResponse:
        application.refresh_from_db(fields=["state", "turn", "turn_since"])
        return dossier_page(request, application, typed=typed, errors=errors, general=general, status=status)

    return page


def _round_n(typed: Mapping[str, str]) -> int:
    sent = typed.get("round", "")
    return int(sent) if sent.isdecimal() and len(sent) < 6 else 0


def _given_remarks(typed: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(REMARK): text
        for name, text in typed.items()
        if name.startswith(REMARK) and text.strip()
    }


def _declared(application: Application) -> frozenset[str]:
    rounds = rounds_of(application)
    return declared_claims(definition_for(application), snapshot_answers(rounds[-1] if rounds else None))


def _back(application: Application) -> str:
    return reverse("staff-dossier", args=[application.number])


@dataclass(frozen=True)
class _Decision:
    """`problem`: what the form lacks; `asked`: the page before; `take`: the verb; `done`: what is said after."""

    problem: Callable[[Application, Mapping[str, str]], dict[str, str]]
    asked: Callable[[Application, Mapping[str, str]], Confirmation]
    take: Callable[[Standing, Application, Mapping[str, str]], None]
    done: str | Promise


def _validation_problem(application: Application, typed: Mapping[str, str]) -> dict[str, str]:
    undecided = [k for k in sorted(_declared(application)) if typed.get(f"{CLAIM}{k}") not in ("yes", "no")]
    if undecided:
        return {key: _("Dites si cette déclaration est confirmée.") for key in undecided}
    if _given_remarks(typed):
        return {
            "remarks": _(
                "Vous avez écrit des demandes de modification : effacez-les, ou demandez des modifications."
            )
        }
    return {}


def _ask_validation(application: Application, typed: Mapping[str, str]) -> Confirmation:
    claims = {c.key: c for c in definition_for(application).claims}
    facts = [
        (
            said(claims[key].label),
            _("Confirmée") if typed.get(f"{CLAIM}{key}") == "yes" else _("Non confirmée"),
        )
        for key in sorted(_declared(application))
    ]
    return Confirmation(
        title=_("Déclarer le dossier éligible ?"),
        sentence=_(
            "Les profils et déclarations sont figés, les chapitres de preuves s’ouvrent et l’éditeur en est prévenu."
        ),
        label=_("Déclarer éligible"),
        back_url=_back(application),
        facts=facts,
    )


def _validate(actor: Standing, application: Application, typed: Mapping[str, str]) -> None:
    claims = {key: typed.get(f"{CLAIM}{key}") == "yes" for key in _declared(application)}
    validate_file(actor=actor, number=application.number, round_n=_round_n(typed), claims=claims)


def _return_problem(_application: Application, typed: Mapping[str, str]) -> dict[str, str]:
    if _given_remarks(typed):
        return {}
    return {"remarks": _("Écrivez au moins une demande, en regard du champ à modifier.")}


def _ask_return(application: Application, typed: Mapping[str, str]) -> Confirmation:
    labels = _labels(definition_for(application))
    given = _given_remarks(typed)
    n = len(given)
    return Confirmation(
        title=ngettext("Demander %(n)s modification ?", "Demander %(n)s modifications ?", n) % {"n": n},
        sentence=_(
            "Le dossier revient à l’éditeur, qui lira chaque demande en regard du champ. "
            "Un courriel lui dit qu’un message l’attend, sans son contenu."
        ),
        label=_("Demander ces modifications"),
        back_url=_back(application),
        facts=[(labels.get(key, key), text) for key, text in given.items()],
    )


def _labels(definition: Definition) -> dict[str, str]:
    labels: dict[str, str] = {}
    for step in form_steps(definition):
        for section in step.sections:
            labels |= {f.key: said(f.label) for f in section.fields}
            if section.repeat:
                labels[section.repeat.key] = said(section.title)
    return labels


def _return(actor: Standing, application: Application, typed: Mapping[str, str]) -> None:
    return_file(
        actor=actor, number=application.number, round_n=_round_n(typed), remarks=_given_remarks(typed)
    )


def _refusal_problem(_application: Application, typed: Mapping[str, str]) -> dict[str, str]:
    if typed.get("reasons", "").strip():
        return {}
    return {"reasons": _("Un refus est motivé : écrivez les raisons et ce qui permettrait d’y remédier.")}


def _ask_refusal(application: Application, typed: Mapping[str, str]) -> Confirmation:
    return Confirmation(
        title=_("Refuser ce dossier ?"),
        sentence=_(
            "La candidature s’arrête ici. L’éditeur lira vos motifs et pourra ouvrir une nouvelle candidature ; "
            "un dossier refusé peut être rouvert, avec une raison."
        ),
        label=_("Refuser le dossier"),
        back_url=_back(application),
        danger=True,
        facts=[(_("Motifs"), typed["reasons"])],
    )


def _refuse(actor: Standing, application: Application, typed: Mapping[str, str]) -> None:
    refuse_file(
        actor=actor, number=application.number, round_n=_round_n(typed), reasons=typed.get("reasons", "")
    )


_DECISIONS: Mapping[str, _Decision] = {
    "validate": _Decision(
        _validation_problem, _ask_validation, _validate, gettext_lazy("Le dossier est éligible.")
    ),
    "return": _Decision(
        _return_problem, _ask_return, _return, gettext_lazy("Les modifications sont demandées.")
    ),
    "refuse": _Decision(_refusal_problem, _ask_refusal, _refuse, gettext_lazy("Le dossier est refusé.")),
}


@file_page
@require_POST
def reopen(request: HttpRequest, application: Application) -> HttpResponse:
    """Examine a refused file again (situation 7)."""
    typed = {key: str(value) for key, value in request.POST.items()}
    reason = typed.get("reason", "")
    return acted(
        request,
        partial(reopen_file, actor=standing_in(request), number=application.number, reason=reason),
        done=_("Le dossier est rouvert : il est à examiner."),
        to=see_other("staff-dossier", application.number),
        again=_again(request, application, typed),
    )


urls = [
    path("instruction/<str:number>/dossier/decision", decide, name="staff-dossier-decision"),
    path("instruction/<str:number>/dossier/reouverture", reopen, name="staff-dossier-reopen"),
]
