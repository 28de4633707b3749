"""Reads about an application: who sees it, its parts, who handles it."""

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jalon.accounts.models import ConflictOfInterest, Membership, StaffRole, User
from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application, Assignment, Part, Round
from jalon.applications.states import ApplicationState, PartKind
from jalon.core.errors import NotVisible
from jalon.programmes.definition.schema import Definition
from jalon.programmes.queries import definition_of


def visible_application(standing: Standing, number: str) -> Application:
    """The application with that number, or NotVisible: the same answer for "not yours" and "not there"."""
    application = (
        Application.objects.visible_to(standing)
        .select_related("programme__track", "revision", "company", "version__product", "referent")
        .defer("revision__content")  # half a megabyte; read once per process
        .filter(number=number)
        .first()
    )
    if application is None:
        raise NotVisible(number)
    return application


def definition_for(application: Application) -> Definition:
    """The definition that the application is pinned to (R2)."""
    return definition_of(application.revision)


def state_words(application: Application) -> str:
    """Its state in the reader's language; once awarded, in the words of its programme."""
    if application.state != ApplicationState.LISTED:
        return application.get_state_display()
    return definition_for(application).award.state.shown_in(get_language() or "fr")


def title(application: Application) -> str:
    """ "TEST DEMO 3 - 1 - 3223 : RIS vague 2" (Guide RIS, prérequis 8): the programme always in French, as a name."""
    programme = definition_for(application).title.fr
    return f"{application.product_name} - {application.version_label} - {application.pk}{_(' : ')}{programme}"


def parts_of(application: Application, kind: PartKind | None = None) -> dict[str, Part]:
    """By key, in order. Asked for by kind, chapters of which nothing is asked any more are left out."""
    parts = Part.objects.filter(application=application)
    if kind == PartKind.CHAPTER:
        parts = parts.filter(expected__gt=0)
    return {part.key: part for part in (parts.filter(kind=kind) if kind else parts)}


def latest_round(part: Part) -> Round | None:
    return part.rounds.select_related("submitted_by", "opened_by", "closed_by").order_by("-n").first()


def instructors(application: Application, *roles: StaffRoleName) -> list[User]:
    """People of the agency who follow this file in one of the roles: by programme, or assigned to it."""
    by_programme = StaffRole.objects.filter(
        until=None, role__in=roles, programme_code=application.programme.code
    ).values("user_id")
    assigned = Assignment.objects.filter(application=application, until=None, role__in=roles).values(
        "user_id"
    )
    return list(
        User.objects.filter(is_active=True)
        .filter(Q(pk__in=by_programme) | Q(pk__in=assigned))
        .exclude(pk__in=people_in_conflict(application.company_id))
        .order_by("pk")
    )


def people_in_conflict(company_id: int) -> QuerySet[User]:
    """Who may not touch a file of this company: those who said so, and those who belong to it."""
    declared = ConflictOfInterest.objects.filter(company_id=company_id, until=None).values("user_id")
    members = Membership.objects.filter(company_id=company_id, until=None).values("user_id")
    return User.objects.filter(Q(pk__in=declared) | Q(pk__in=members))
