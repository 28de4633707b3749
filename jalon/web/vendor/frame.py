"""What every page of one application shares: who may open it, breadcrumb, steps, next date, panel at the right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for, parts_of, title, visible_application
from jalon.applications.queries.answers import answers_of
from jalon.applications.queries.dates import WITH_VENDOR, GateProgress, correction_gate, gate_progress
from jalon.applications.rules.answers import progress
from jalon.applications.states import ApplicationState, StepState
from jalon.evidence.policy import can_deposit
from jalon.messaging.models import Message
from jalon.messaging.queries import conversation, unread_messages
from jalon.programmes.definition.schema import Definition, FormStep, Step, Text
from jalon.programmes.queries import track_definition
from jalon.reviews.policy import can_declare_again
from jalon.reviews.queries.declarations import declaration_obstacle, declared_fields
from jalon.reviews.queries.latest_moves import LatestMove
from jalon.reviews.states import MoveKind
from jalon.vendors.queries import collaborators
from jalon.web.access import signed_in, standing_in
from jalon.web.answers import said
from jalon.web.components.states import StepShown

PageOfApplication = Callable[..., HttpResponseBase]
SHOWN_PEOPLE = 5


def see_other(url: str) -> HttpResponseRedirect:
    """After a POST: 303, so that the next page is asked for with GET."""
    return HttpResponseRedirect(url, status=303)


def received_at(request: HttpRequest) -> datetime:
    """When the server began to receive this request."""
    instant: datetime = request.received_at  # type: ignore[attr-defined]
    return instant


def application_page(view: PageOfApplication) -> PageOfApplication:
    """Marks a page below /candidatures/<number>: the view gets the application instead of its number.

    Not yours: 404, as if it did not exist. The agency's people are led to their own page of the file.
    """
    guarded: PageOfApplication = signed_in(_with_application(view))
    return guarded


def application_endpoint(view: PageOfApplication) -> PageOfApplication:
    """The same for an address that scripts call: nobody signed in gets 401 as JSON, not the sign-in page."""
    guarded: PageOfApplication = signed_in(_with_application(view), json=True)
    return guarded


def _with_application(view: PageOfApplication) -> PageOfApplication:
    @wraps(view)
    def page(request: HttpRequest, number: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        standing = standing_in(request)
        application = visible_application(standing, number)
        if standing.is_staff:
            return redirect(f"/instruction/{application.number}")
        return view(request, application, *args, **kwargs)

    return page


def address(application: Application, *tail: str) -> str:
    """The address of a page below the application's own."""
    return "/".join([reverse("application", args=[application.number]), *tail])


def step_address(application: Application, step: Step) -> str:
    tails: Mapping[str, tuple[str, ...]] = {
        "form": ("etapes", step.key),
        "proofs": ("preuves",),
        "convention": ("convention",),
    }
    return address(application, *tails[step.kind])


@dataclass(frozen=True)
class StepRow(StepShown):
    """`percent`: how much of a form is filled."""

    key: str = ""
    percent: int = 0


def step_rows(
    application: Application, parts: Mapping[str, Part], answers: Mapping[str, Any], current: str = ""
) -> list[StepRow]:
    definition = definition_for(application)
    rows = []
    for number, step in enumerate(definition.steps, start=1):
        state = parts[f"step:{step.key}"].state
        percent = progress(step, answers, definition) if isinstance(step, FormStep) else 0
        rows.append(
            StepRow(
                key=step.key,
                number=number,
                title=step.title,
                state=state,
                kind=step.kind,
                url="" if state == StepState.LOCKED else step_address(application, step),
                current=step.key == current,
                complete=percent == 100 and state == StepState.TO_COMPLETE,
                ended=application.is_ended,
                percent=percent,
            )
        )
    return rows


def crumbs_of(application: Application, *more: tuple[Text | str, str]) -> list[tuple[Text | str, str]]:
    """Ségur vague 2 › RIS vague 2 › the application › …: the last one has no address."""
    track = track_definition(application.programme.track)
    trail: list[tuple[Text | str, str]] = [
        (track.title, reverse("track", args=[track.code])),
        (definition_for(application).title, reverse("programme", args=[application.programme.code])),
        (title(application), address(application) if more else ""),
    ]
    return [*trail, *more]


def questionnaire_title(definition: Definition) -> str:
    return _("Questionnaire d’évaluation : %(programme)s") % {"programme": said(definition.title)}


def frame(
    application: Application, current: str = "", answers: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Context for vendor/frame.html: head, steps and next date. `current`: the key of the step that is shown."""
    definition = definition_for(application)
    dates = gate_progress([application])[application.pk]
    rows = step_rows(
        application,
        parts_of(application),
        answers if answers is not None else answers_of(application),
        current,
    )
    return {
        "application": application,
        "definition": definition,
        "application_title": title(application),
        "questionnaire": questionnaire_title(definition),
        "nav_current": track_definition(application.programme.track).menu,
        "steps": rows,
        "dates": dates,
        "next_date": next_date(dates),
        "application_url": address(application),
        "conversation_url": address(application, "messages"),
    }


def next_date(dates: list[GateProgress]) -> GateProgress | None:
    return next((date for date in dates if date.state == "next"), None)


def chapter_date(
    application: Application, part: Part | None, following: GateProgress | None
) -> GateProgress | None:
    """The date that binds a chapter. One that came back is due by the end of exchanges, whatever stands
    before that for chapters never submitted (R4).
    """
    if part is None or part.first_submitted_at is None or part.state not in WITH_VENDOR:
        return following
    return correction_gate(application, part)


def has_declaration(application: Application) -> bool:
    """From step 3 on; before, the form itself is changed. A programme may ask about neither profiles nor claims."""
    return application.facts_are_frozen and bool(declared_fields(definition_for(application)))


def declaration_address(standing: Standing, application: Application) -> str:
    """Where profiles and claims are declared otherwise, or "" while that is not possible."""
    possible = (
        has_declaration(application)
        and can_declare_again(standing, application)
        and not declaration_obstacle(application)
    )
    return address(application, "declaration") if possible else ""


def many_address(standing: Standing, application: Application) -> str:
    """Where many files are handed in at once, or "" while no proof can be given."""
    possible = application.state == ApplicationState.ELIGIBLE and can_deposit(standing, application)
    return many_list_address(application) if possible else ""


def many_list_address(application: Application) -> str:
    """The same page, for whoever wants to see what waits there."""
    return address(application, "preuves", "fichiers")


@dataclass(frozen=True)
class AskedByChange:
    """What a change of the requirements or of the declaration still asks of the vendor. `count` 0: profiles."""

    count: int
    what: str
    why: str
    url: str


def asked_by_change(application: Application, move: LatestMove | None) -> AskedByChange | None:
    if move is None or not move.asks or application.is_ended:
        return None
    url = address(application, "changements", str(move.n))
    if not move.left:
        return AskedByChange(0, _("Profils à choisir à nouveau"), _("Les exigences ont changé"), url)
    why = (
        _("Les exigences ont changé : révision n° %(n)d") % {"n": move.revision}
        if move.kind == MoveKind.REVISION
        else _("Votre déclaration a changé")
    )
    what = ngettext("preuve demandée par un changement", "preuves demandées par un changement", move.left)
    return AskedByChange(move.left, what, why, url)


def side(standing: Standing, application: Application) -> dict[str, Any]:
    """Context for vendor/side.html: referent, conversation, collaborators."""
    people = collaborators(application.version.product, standing)
    last: Message | None = conversation(application).last()
    shown = [{"name": p.name, "role": p.role.label, "you": p.is_me} for p in people[:SHOWN_PEOPLE]]
    return {
        "people": shown,
        "people_count": len(people),
        "may_attach": standing.leads_company,
        "last_message": last,
        "last_author": _author(last),
        "unread_here": unread_messages(standing).filter(application=application).count(),
    }


def _author(message: Message | None) -> str:
    if message is None:
        return ""
    return message.author.full_name if message.author else _("L’agence")


def has_profiles_to_choose(application: Application) -> bool:
    """The vendor's turn with every proof conforming: a chosen profile is no more (R5). From the counters alone."""
    in_proofs = application.state in (ApplicationState.ELIGIBLE, ApplicationState.PROOFS_VALIDATED)
    return in_proofs and application.awaits_vendor and application.conform == application.expected


def awaited(application: Application) -> str:
    """One sentence: what is awaited now, from the state and the counters alone."""
    if has_profiles_to_choose(application):
        return _("Profils à choisir à nouveau")
    waiting = application.expected - application.given
    words = {
        ApplicationState.TO_COMPLETE: _("Compléter le dossier administratif, puis le soumettre"),
        ApplicationState.SUBMITTED: _("L’agence examine votre dossier administratif"),
        ApplicationState.TO_MODIFY: _("Modifier ce que l’agence demande, puis soumettre à nouveau"),
        ApplicationState.ELIGIBLE: _proofs_awaited(application, waiting),
        ApplicationState.PROOFS_VALIDATED: _("Toutes les preuves sont validées : la convention se prépare"),
        ApplicationState.CONVENTION_SIGNING: _("La convention est en signature"),
        ApplicationState.LISTED: said(definition_for(application).award.application),
        ApplicationState.REFUSED: _("Candidature refusée par l’agence"),
        ApplicationState.WITHDRAWN: _("Candidature retirée"),
        ApplicationState.LATE: _("Une date limite est passée : seule une prolongation rouvre le dossier"),
    }
    return words[ApplicationState(application.state)]


def _proofs_awaited(application: Application, waiting: int) -> str:
    if not application.awaits_vendor:
        if application.conform < application.expected:
            return _("L’agence examine vos preuves")
        if application.expected:
            return _("Toutes les preuves demandées sont conformes : l’agence valide l’étape")
        return _("Aucune preuve n’est demandée : l’agence valide l’étape")
    left = waiting + application.to_modify
    if not left:
        return _("Toutes les preuves sont déposées : soumettre les chapitres")
    return (
        _("%(n)d preuves à déposer ou à modifier") % {"n": left}
        if left > 1
        else _("1 preuve à déposer ou à modifier")
    )
