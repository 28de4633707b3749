"""What every page of one file shares at the agency: who may open it, its head and tabs, confirmations, errors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.policy import can_manage
from jalon.applications.queries import definition_for, visible_application
from jalon.applications.states import Turn
from jalon.awards.policy import can_record_opinion, can_sign_for_agency
from jalon.awards.queries import opinion_of
from jalon.awards.queries.opinions import BEFORE_OPINION, opinion_obstacle
from jalon.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotVisible
from jalon.messaging.queries import unread_messages
from jalon.reviews.queries.seals import seals_asked_in
from jalon.web.access import staff_only, standing_in

PageOfFile = Callable[..., HttpResponseBase]
CONFIRMED = "confirmed"
_NOT_CARRIED = ("csrfmiddlewaretoken", CONFIRMED)


def see_other(name: str, *args: str | int, query: str = "", anchor: str = "") -> HttpResponseRedirect:
    """After a POST: 303, so that the next page is asked for with GET."""
    address = reverse(name, args=args) + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")
    return HttpResponseRedirect(address, status=303)


def file_page(view: PageOfFile) -> Any:
    """Marks a page below /instruction/<number>: the view gets the application instead of its number.

    Not within this person's scope: 404, as if it did not exist.
    """

    @wraps(view)
    def page(request: HttpRequest, number: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, visible_application(standing_in(request), number), *args, **kwargs)

    return staff_only()(page)


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    url: str
    current: bool
    count: int | None = None


def tabs(request: HttpRequest, application: Application, current: str) -> list[Tab]:
    """The pages of one file, as far as this person has a use for them."""
    standing = standing_in(request)
    unread = unread_messages(standing).filter(application=application).count()
    rows: list[tuple[str, str, str, int | None]] = [
        ("overview", _("Vue d’ensemble"), "staff-file", None),
        ("dossier", _("Dossier administratif"), "staff-dossier", None),
        ("prerequisites", _("Prérequis"), "staff-prerequisites", None),
        ("dates", _("Dates"), "staff-dates", None),
        ("messages", _("Messages"), "staff-messages", unread or None),
        ("convention", _("Convention"), "staff-convention", None),
    ]
    sealed = seals_asked_in(application)
    if sealed.asked or current == "seals":
        rows.append(("seals", _("Retraits scellés"), "staff-seals", sealed.waiting or None))
    if can_manage(standing, application):
        rows.append(("assignment", _("Affectation"), "staff-assignment", None))
    return [
        Tab(key, label, reverse(name, args=[application.number]), key == current, count)
        for key, label, name, count in rows
    ]


@dataclass(frozen=True)
class TurnNow:
    who: str
    since: datetime


def gives_opinion(standing: Standing, application: Application) -> bool:
    """Whether this person is to give the opinion of the college; what may stand in the way is another question."""
    return (
        application.state in BEFORE_OPINION
        and can_record_opinion(standing, application)
        and opinion_of(application) is None
    )


def turn_for(standing: Standing, application: Application) -> TurnNow:
    """Whose turn, as this person reads it. The college acts beside the turn: an opinion does not wait for the
    signature of the vendor (G20).
    """
    if gives_opinion(standing, application) and not opinion_obstacle(application):
        return TurnNow(Turn.AGENCY.value, application.state_since)
    if application.turn == Turn.SIGNATORY and can_sign_for_agency(standing, application):
        return TurnNow(Turn.AGENCY.value, application.turn_since)
    return TurnNow(application.turn, application.turn_since)


def file_context(request: HttpRequest, application: Application, current: str, title: str) -> dict[str, Any]:
    """What the head of a page of this file shows."""
    crumbs: list[tuple[str, str]] = [(_("Candidatures"), reverse("staff-applications"))]
    if current == "overview":
        crumbs.append((application.number, ""))
    else:
        crumbs += [(application.number, reverse("staff-file", args=[application.number])), (title, "")]
    return {
        "application": application,
        "turn_now": turn_for(standing_in(request), application),
        "programme_title": definition_for(application).title,
        "award_words": definition_for(application).award,
        "tabs": tabs(request, application, current),
        "page_title": title,
        "crumbs": crumbs,
        "nav_current": "staff-applications",
    }


# --- Confirming ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Confirmation:
    """`sentence` names the consequence; `facts` repeats what is about to be sent."""

    title: str
    sentence: str
    label: str
    back_url: str
    danger: bool = False
    check: str = ""
    facts: Sequence[tuple[str, str]] = ()


def is_confirmed(request: HttpRequest) -> bool:
    return request.POST.get(CONFIRMED) == "yes"


def confirm(
    request: HttpRequest, context: Mapping[str, Any], asked: Confirmation, carried: QueryDict | None = None
) -> HttpResponse:
    """A page that says what will happen; what was typed is carried along, and nothing is written yet.

    `carried`: what is sent in place of the form's own values.
    """
    sent = request.POST if carried is None else carried
    hidden = [(name, value) for name in sent if name not in _NOT_CARRIED for value in sent.getlist(name)]
    return render(request, "agency/confirm.html", {**context, "asked": asked, "hidden": hidden})


# --- Errors -------------------------------------------------------------------------------------------------


def refused(error: DomainError) -> tuple[dict[str, str], str, int]:
    """(field errors, general sentence, status) of a refusal that the page shows in place.

    What is not there, or not allowed, is no business of a form: it goes on as it is.
    """
    if isinstance(error, NotVisible | NotAllowed):
        raise error
    if isinstance(error, InvalidInput):
        return error.errors, "", 422
    return {}, error.message, 409 if isinstance(error, Conflict) else 422


class PageAgain(Protocol):
    """The page that was sent, shown again with what is wrong."""

    def __call__(self, *, errors: Mapping[str, str], general: str, status: int) -> HttpResponse: ...


def acted(
    request: HttpRequest, act: Callable[[], object], *, done: str, to: HttpResponse, again: PageAgain
) -> HttpResponse:
    """Do it, say so and lead on; refused, the page is shown again."""
    try:
        act()
    except DomainError as error:
        errors, general, status = refused(error)
        return again(errors=errors, general=general, status=status)
    tell(request, done)
    return to


def tell(request: HttpRequest, sentence: str) -> None:
    messages.success(request, sentence)


def complain(request: HttpRequest, sentence: str) -> None:
    messages.error(request, sentence)
