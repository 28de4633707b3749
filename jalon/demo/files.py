"""The demo's files: one in each state that people meet, played through the product's own actions."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from jalon.accounts.models import User
from jalon.accounts.standing import SYSTEM, standing_of
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.tracking import assign, pass_gates
from jalon.applications.states import ChapterState
from jalon.awards.actions.decisions import withdraw_application
from jalon.core import clock
from jalon.demo.people import engage_staff, enrol_vendors
from jalon.demo.play import Cast, Play
from jalon.evidence.queries import slot_views
from jalon.messaging.actions import post_message
from jalon.programmes.actions.gates import set_gate
from jalon.programmes.actions.loading import load_definitions
from jalon.programmes.actions.publishing import publish
from jalon.programmes.models import GateKind, Programme
from jalon.programmes.queries import latest_gates, portal
from jalon.vendors.actions import create_product, grant_access
from jalon.vendors.models import Product
from jalon.vendors.rules import ProductData

# Today stands before the first date, so that everything can still be tried: of the first programme (see `_late`).
GATES = ((GateKind.FIRST_ADMINISTRATIVE, 45), (GateKind.FIRST_PROOFS, 150), (GateKind.END_OF_EXCHANGES, 270))


def prepare(*, definitions: Path, issuer: str, say: Callable[[str], None]) -> None:
    """Programme, people, products and files, on an empty database."""
    say("programme")
    load_definitions(actor=SYSTEM, folder=definitions)
    programmes = list(Programme.objects.order_by("pk"))
    for programme in programmes:
        open_with_dates(programme.code)
    say("people")
    vendors, agency = enrol_vendors(issuer), engage_staff([programme.code for programme in programmes])
    Files(programmes[0].code, vendors, agency, say).make()


def open_with_dates(code: str) -> None:
    publish(
        actor=SYSTEM, programme_code=code, reason="Ouverture de la démarche", effective_on=date(2025, 4, 30)
    )
    today = clock.paris_date(clock.now())
    dated = latest_gates(Programme.objects.get(code=code))
    for kind, days in GATES:
        if kind not in dated:
            continue  # this programme has no such date
        _date(code, kind, f"{(today + timedelta(days=days)).isoformat()}T12:00")


def _date(code: str, kind: GateKind, wall_time: str) -> None:
    set_gate(
        actor=SYSTEM,
        programme_code=code,
        kind=kind,
        wall_time=wall_time,
        zone="Europe/Paris",
        reason="Calendrier de démonstration",
    )


class Files:
    def __init__(
        self, code: str, vendors: dict[str, User], agency: dict[str, User], say: Callable[[str], None]
    ) -> None:
        self.code, self.vendors, self.agency, self.say = code, vendors, agency, say

    def make(self) -> None:
        self._product_without_application()
        self._begin("Clairvue Examens", "4.2", "opened")
        self._begin("Clairvue Examens", "4.1", "submitted").fill().submit()
        self._in_proofs(self._begin("Clairvue Portail", "2.0", "in proofs"))
        self._to_sign(self._begin("Clairvue Workflow", "7.3", "to sign"))
        self._listed(self._begin("Aliénor Examens", "12.1", "listed", vendor="paul.dubreuil"))
        self._begin("Radiant Workstation", "2026.1", "company abroad", vendor="greta.vogel").fill()
        self.make_stopped()

    def make_stopped(self) -> None:
        """Those that go no further: refused, withdrawn, late."""
        self._refused(self._begin("Clairvue Archive", "1.4", "refused"))
        self._withdrawn(self._begin("Clairvue Labo", "0.9", "withdrawn"))
        self._late()

    def _product_without_application(self) -> None:
        self.say("product")
        nadia = self.vendors["nadia.belkacem"]
        create_product(actor=standing_of(nadia), data=self._product(nadia, "Clairvue Mobile iOS", "1.0"))

    def _product(self, responsible: User, name: str, version: str) -> ProductData:
        interest = next(i.key for i in portal().interests if i.available and not i.exclusive)
        return ProductData(
            name=name,
            version=version,
            nil="",
            responsible_id=responsible.pk,
            description=f"{name} gère les rendez-vous, les examens et les comptes rendus d’un service d’imagerie.",
            certifications=("ISO 13485", "HDS"),
            interests=(interest,),
        )

    def _begin(
        self, name: str, version: str, what: str, *, vendor: str = "nadia.belkacem", code: str = ""
    ) -> Play:
        self.say(f"file: {what}")
        person = self.vendors[vendor]
        play = Play.begin(
            Cast(person, self.agency["thomas.anquetil"]),
            code or self.code,
            self._product(person, name, version),
        )
        if person == self.vendors["nadia.belkacem"]:
            product = Product.objects.get(versions__applications__number=play.number)
            ines = self.vendors["ines.carvalho"]
            grant_access(actor=standing_of(person), product_id=product.pk, user_id=ines.pk)
        return play

    def _eligible(self, play: Play) -> Play:
        play.fill().submit()
        manager, camille = self.agency["leila.haddad"], self.agency["camille.vasseur"]
        assign(
            actor=standing_of(manager), number=play.number, user_id=camille.pk, role=StaffRoleName.REFERENT
        )
        return play.find_eligible()

    def _in_proofs(self, play: Play) -> None:
        """A chapter in each state: validated, sent back, submitted, ready, begun, untouched."""
        self._eligible(play)
        chapters = play.chapters(ChapterState.TO_COMPLETE)
        validated, returned, submitted, ready, begun = chapters[-1], *chapters[:4]
        play.prove([validated])
        play.deposit(returned).submit_chapters([returned])
        first = slot_views(play.application, returned)[0]
        play.judge(returned, to_modify={first.key: "La vidéo s’arrête avant la fin. Montrez l’écran entier."})
        play.close(returned, send_back=True)
        play.deposit(submitted).submit_chapters([submitted])
        play.deposit(ready)
        play.deposit(begun, limit=1)
        post_message(
            actor=standing_of(self.agency["camille.vasseur"]),
            number=play.number,
            body="Bonjour, je suis votre référente. Écrivez-moi ici pour toute question.",
        )

    def _to_sign(self, play: Play) -> None:
        self._eligible(play).prove().meet_prerequisites().draw()

    def _listed(self, play: Play) -> None:
        self._eligible(play).prove().meet_prerequisites().draw()
        play.give_opinion(self.agency["bernard.roy"]).sign()
        play.countersign(self.agency["sophie.lambert"]).draw()

    def _refused(self, play: Play) -> None:
        play.fill().submit().refuse(
            "Le logiciel n’est pas un système d’information de radiologie : il archive des images."
        )

    def _withdrawn(self, play: Play) -> None:
        withdraw_application(actor=play.vendor, number=play.number)

    def _late(self) -> None:
        """Past a date of its programme: another one, so that everything of the first can still be tried."""
        others = Programme.objects.exclude(code=self.code).order_by("pk")
        programme = next((p for p in others if GateKind.FIRST_PROOFS in latest_gates(p)), None)
        if programme is None:
            return
        play = self._begin("Clairvue Visio", "1.3", "late", code=programme.code)
        self._eligible(play).deposit(play.chapters()[0])
        # A minute ago: the seconds that the agency had the file come on top.
        passed = clock.in_paris(clock.now() - timedelta(minutes=1))
        _date(programme.code, GateKind.FIRST_PROOFS, passed.strftime("%Y-%m-%dT%H:%M"))
        pass_gates(actor=SYSTEM, application_id=play.application.pk)
