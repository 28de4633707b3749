"""Opening an application (Guide RIS, étape 1, prérequis 5 to 7): choose the product, accept the charter.

Choices of the simulator come along in the address and become first answers, once the application is there.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jalon.accounts.queries import leaders
from jalon.accounts.standing import Standing
from jalon.applications.actions.answers import save_answers
from jalon.applications.actions.opening import charter_text, open_application
from jalon.applications.models import Application
from jalon.applications.policy import can_open_application
from jalon.applications.queries import definition_for
from jalon.applications.rules.answers import asks_for_nil
from jalon.applications.states import ENDED_STATES
from jalon.core.canonical import sha256_hex
from jalon.core.errors import InvalidInput, NotAllowed, TransitionRefused
from jalon.programmes.definition.choices import first_answers
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import Programme
from jalon.programmes.queries import current_revision, definition_of, track_definition
from jalon.vendors.models import Product, Version
from jalon.vendors.queries import visible_version
from jalon.web.access import standing_in, vendor_only
from jalon.web.choices import choice_lines, has_choices, read_choices
from jalon.web.components.fields import Choice, Field
from jalon.web.vendor.frame import address, see_other


@dataclass(frozen=True)
class Candidate:
    """A version that may be attached to the programme, or already is."""

    version: Version
    application: Application | None

    @property
    def url(self) -> str:
        return address(self.application) if self.application else ""


@dataclass(frozen=True)
class Desk:
    """A programme that takes applications, with the definition that new ones are pinned to."""

    programme: Programme
    definition: Definition
    open: bool


def _desk(code: str) -> Desk:
    programme = Programme.objects.select_related("track").filter(code=code).first()
    revision = current_revision(programme) if programme else None
    if programme is None or revision is None:
        raise Http404
    return Desk(programme, definition_of(revision), programme.open_for_applications)


@dataclass(frozen=True)
class Carried:
    """Choices of the simulator on their way to the form. `query`: as the next address carries them."""

    lines: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    query: str = ""


def _carried(request: HttpRequest, definition: Definition) -> Carried:
    if not has_choices(request.GET):
        return Carried()
    read = read_choices(request.GET, definition)
    lines = tuple(choice_lines(definition, read.choices))
    return Carried(lines, read.unknown, f"?{request.GET.urlencode()}")


def _fill_first_answers(request: HttpRequest, standing: Standing, application: Application) -> None:
    """The choices as drafts, open to change. An answer that is there already stays."""
    if not has_choices(request.GET):
        return
    definition = definition_for(application)
    answers = first_answers(definition, read_choices(request.GET, definition).choices)
    values = {key: (answer, 0) for key, answer in answers.items()}
    try:
        save_answers(actor=standing, number=application.number, values=values)
    except (NotAllowed, TransitionRefused) as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.info(
            request,
            _("Vos choix du simulateur sont repris dans le formulaire. Vous pouvez encore les modifier."),
        )


def _crumbs(desk: Desk, *more: tuple[str, str]) -> list[tuple[object, str]]:
    track = track_definition(desk.programme.track)
    return [
        (track.title, reverse("track", args=[track.code])),
        (desk.definition.title, reverse("programme", args=[desk.programme.code])),
        *more,
    ]


def candidates(standing: Standing, programme: Programme) -> list[Candidate]:
    """Every version that the person sees, each with its live application: two queries."""
    versions = (
        Version.objects.filter(product__in=Product.objects.visible_to(standing))
        .select_related("product")
        .order_by("product__name_norm", "-created_at", "-pk")
    )
    live = {
        a.version_id: a
        for a in Application.objects.visible_to(standing)
        .filter(programme=programme)
        .exclude(state__in=ENDED_STATES)
        .select_related("revision")
        .defer("revision__content")
    }
    return [Candidate(version, live.get(version.pk)) for version in versions]


@vendor_only
@require_safe
def choose_product(request: HttpRequest, code: str) -> HttpResponse:
    standing, desk = standing_in(request), _desk(code)
    carried = _carried(request, desk.definition)
    here = f"{reverse('choose-product', args=[code])}{carried.query}"
    return render(
        request,
        "vendor/choose_product.html",
        {
            "desk": desk,
            "carried": carried,
            "candidates": candidates(standing, desk.programme),
            "asks_for_nil": asks_for_nil(desk.definition),
            "new_url": f"{reverse('new-product')}?{urlencode({'retour': here}, safe='/')}",
            "nav_current": track_definition(desk.programme.track).menu,
            "crumbs": _crumbs(desk, (_("Choisir un produit"), "")),
        },
    )


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def charter(request: HttpRequest, code: str, version_id: int) -> HttpResponse:
    standing, desk = standing_in(request), _desk(code)
    version = visible_version(standing, version_id)
    live = next(
        (c for c in candidates(standing, desk.programme) if c.version == version and c.application), None
    )
    if live:  # a second try leads to the live application (situation 5)
        return redirect(live.url)
    if request.method != "POST":
        return _charter_page(request, standing, desk, version)
    try:
        application = open_application(
            actor=standing,
            programme_code=code,
            version_id=version.pk,
            charter_accepted=request.POST.get("charter") == "yes",
            charter_sha256=request.POST.get("charter_sha256", ""),
            language=request.POST.get("charter_language", "fr"),
        )
    except InvalidInput as refusal:
        return _charter_page(request, standing, desk, version, error=refusal.errors["charter"], status=422)
    except NotAllowed as refusal:
        return _charter_page(request, standing, desk, version, refused=refusal.message, status=403)
    except TransitionRefused as refusal:
        return _charter_page(request, standing, desk, version, refused=refusal.message, status=409)
    messages.success(
        request, _("L’inscription est confirmée. Candidature n° %(number)s.") % {"number": application.number}
    )
    _fill_first_answers(request, standing, application)
    return see_other(address(application))


def _charter_page(
    request: HttpRequest,
    standing: Standing,
    desk: Desk,
    version: Version,
    *,
    error: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    language = "en" if get_language() == "en" else "fr"
    text = desk.definition.charter
    box = Field(
        "charter",
        _("Acceptation de la charte"),
        kind="checkboxes",
        options=(Choice("yes", text.statement.shown_in(language)),),
        required=True,
        error=error,
        data={"enables": "confirm-registration"},
    )
    may_open = can_open_application(standing)
    carried = _carried(request, desk.definition)
    choose_url = f"{reverse('choose-product', args=[desk.programme.code])}{carried.query}"
    return render(
        request,
        "vendor/charter.html",
        {
            "desk": desk,
            "charter": text,
            "version": version,
            "box": box,
            "errors": [(f"{box.id}-yes", error)] if error else [],
            "refused": refused,
            "digest": sha256_hex(charter_text(text, language)),
            "language": language,
            "may_open": may_open,
            "leaders": [] if may_open else list(leaders(version.product.company_id)),
            "back_url": choose_url,
            "carried": carried,
            "nav_current": track_definition(desk.programme.track).menu,
            "crumbs": _crumbs(
                desk,
                (_("Choisir un produit"), choose_url),
                (_("Charte"), ""),
            ),
        },
        status=status,
    )


urls = [
    path("demarches/<slug:code>/candidater", choose_product, name="choose-product"),
    path("demarches/<slug:code>/candidater/<key:version_id>", charter, name="charter"),
]
