"""What every page needs: the brand, the menu, who is signed in, what waits unread. Read when the page shows it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy

from jalon.accounts.standing import NOBODY, Standing
from jalon.accounts.states import StaffRoleName
from jalon.connectors import antivirus
from jalon.messaging.queries import unread_messages
from jalon.notices.queries import unread_count
from jalon.programmes.definition.schema import Text
from jalon.programmes.queries import portal, track_definitions


@dataclass(frozen=True)
class MenuLink:
    title: Text
    url: str


@dataclass(frozen=True)
class MenuEntry:
    key: str
    title: Text
    intro: Text
    tracks: tuple[MenuLink, ...]


@dataclass(frozen=True)
class StaffLink:
    key: str
    label: str
    url: str


class Unread:
    """Counts for the header: asked of the database once, and only on pages that show them."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing

    @cached_property
    def notices(self) -> int:
        return unread_count(self.standing)

    @cached_property
    def messages(self) -> int:
        return unread_messages(self.standing).count()


def menu() -> tuple[MenuEntry, ...]:
    """The entries of the portal, each with its parcours."""
    listed = track_definitions()
    return tuple(
        MenuEntry(
            key=entry.key,
            title=entry.title,
            intro=entry.intro,
            tracks=tuple(
                MenuLink(track.title, reverse("track", args=[track.code]))
                for track in listed
                if track.menu == entry.key
            ),
        )
        for entry in portal().menu
    )


_STAFF_PAGES: tuple[tuple[str, Promise, tuple[StaffRoleName, ...]], ...] = (
    ("inbox", gettext_lazy("Corbeille"), ()),
    ("staff-applications", gettext_lazy("Candidatures"), ()),
    ("staff-programmes", gettext_lazy("Programmes"), ()),
    (
        "college",
        gettext_lazy("Collège"),
        (StaffRoleName.COLLEGE, StaffRoleName.MANAGER, StaffRoleName.SIGNATORY),
    ),
    ("signatures", gettext_lazy("Signatures"), (StaffRoleName.SIGNATORY, StaffRoleName.MANAGER)),
    ("registry", gettext_lazy("Registre"), ()),
    ("journal", gettext_lazy("Journal"), (StaffRoleName.ADMINISTRATOR, StaffRoleName.MANAGER)),
)


def staff_links(standing: Standing) -> tuple[StaffLink, ...]:
    """The agency's tools, as far as they exist and this person's roles open them."""
    links = []
    for name, label, roles in _STAFF_PAGES:
        if roles and not standing.has_staff_role(*roles):
            continue
        try:
            links.append(StaffLink(name, str(label), reverse(name)))
        except NoReverseMatch:
            continue
    return tuple(links)


def page(request: HttpRequest) -> dict[str, Any]:
    standing: Standing = getattr(request, "standing", NOBODY)
    brand = settings.ENVIRONMENT
    return {
        "brand": brand,
        "home_url": "/",  # a page may name another
        "tagline": brand.brand_tagline_en if get_language() == "en" else brand.brand_tagline_fr,
        "standing": standing,
        "unread": Unread(standing),
        "quiet": "X-Upload" in request.headers,
        "entries": SimpleLazyObject(menu),
        "no_antivirus": not antivirus.is_configured(),
        "staff_links": SimpleLazyObject(lambda: staff_links(standing)),
    }
