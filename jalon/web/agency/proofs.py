"""…/preuves: validate step 3 of a file of which a move or a declaration left nothing open (R5)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jalon.applications.models import Application
from jalon.core import dates
from jalon.core.errors import DomainError, NotAllowed
from jalon.reviews.actions.proofs import validate_proofs
from jalon.reviews.policy import can_judge
from jalon.reviews.queries.moves import last_move
from jalon.reviews.queries.proofs import move_marks, validation_obstacle
from jalon.reviews.states import MoveKind
from jalon.web.access import standing_in
from jalon.web.agency.frame import (
    Confirmation,
    complain,
    confirm,
    file_context,
    file_page,
    is_confirmed,
    refused,
    see_other,
    tell,
)
from jalon.web.keys import whole


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def validation(request: HttpRequest, application: Application) -> HttpResponse:
    """What follows is said first; nothing is written before it is confirmed."""
    if not can_judge(standing_in(request), application):
        raise NotAllowed(_("Seul un vérificateur de la démarche valide l’étape des preuves."))
    if is_confirmed(request):
        return _validate(request, application)
    if obstacle := validation_obstacle(application):
        complain(request, obstacle)
        return redirect("staff-file", application.number)
    context = file_context(request, application, "overview", _("Valider l’étape des preuves"))
    carried = request.POST.copy()
    carried["marks"] = str(move_marks(application))
    return confirm(request, context, _asked(application), carried)


def _validate(request: HttpRequest, application: Application) -> HttpResponse:
    try:
        validate_proofs(
            actor=standing_in(request), number=application.number, marks=whole(request.POST.get("marks"))
        )
    except DomainError as error:
        complain(request, refused(error)[1])
    else:
        tell(request, _("L’étape des preuves est validée ; l’éditeur en est prévenu."))
    return see_other("staff-file", application.number)


def _asked(application: Application) -> Confirmation:
    n = application.expected
    counted = ngettext("%(n)s preuve, conforme", "%(n)s preuves, toutes conformes", n) % {"n": n}
    facts = [(_("Preuves demandées"), counted if n else _("Aucune"))]
    if why := _last_change(application):
        facts.append((_("Dernier changement"), why))
    return Confirmation(
        title=_("Valider l’étape des preuves ?"),
        sentence=_(
            "L’étape des preuves est close, l’éditeur en est prévenu, et la convention s’établit dès que rien "
            "d’autre n’y fait obstacle. Ce qui a changé la liste des preuves ne s’annule plus ensuite."
        ),
        label=_("Valider l’étape"),
        back_url=reverse("staff-file", args=[application.number]),
        facts=facts,
    )


def _last_change(application: Application) -> str:
    move = last_move(application)
    if move is None:
        return ""
    if move.kind == MoveKind.REVISION:
        words = _("Passage à la révision n° %(n)s, le %(day)s")
        return words % {"n": move.to_revision.number, "day": dates.day(move.at)}
    return _("Déclaration modifiée, le %(day)s") % {"day": dates.day(move.at)}


urls = [path("instruction/<str:number>/preuves", validation, name="staff-validate-proofs")]
