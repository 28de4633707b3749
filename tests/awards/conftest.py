"""An application whose proofs are all validated, and the people around it."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from jalon.accounts.models import Company, Membership, StaffRole, User
from jalon.accounts.standing import NOBODY, Standing, standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.models import Answer, Application, Milestone, MilestoneKind, MilestoneState, Part
from jalon.applications.states import ApplicationState, ChapterState, PartKind, StepState, Turn
from jalon.awards.actions.conventions import draw_convention
from jalon.awards.actions.decisions import record_opinion
from jalon.awards.actions.signing import open_invitation, send_code, sign_as_agency, sign_as_vendor
from jalon.awards.queries import live_convention, live_invitation
from jalon.awards.secret_links import code_of, link_token
from jalon.awards.states import OpinionOutcome
from jalon.core import clock
from jalon.core.canonical import canonical_json
from jalon.core.text import fold
from jalon.programmes.definition.compiled import content_of, digest_of
from jalon.programmes.models import Programme, Revision, Track
from jalon.vendors.models import Product, ProductAccess, Version
from tests.programmes.builders import small

ANSWERS = {
    "given-name": "Éloïse",
    "family-name": "Noël",
    "function": "Présidente",
    "email": "eloise@noel.example",
    "siren": "732829320",
    "listed": "no",
    "chosen-profiles": ["all"],
}
SESSION = date(2026, 11, 20)
TRACK = {
    "format": 1,
    "code": "essai",
    "menu": "menu",
    "title": {"fr": "Parcours"},
    "summary": {"fr": "Résumé"},
    "presentation": {"lead": {"fr": "Présentation"}, "sections": []},
}


@pytest.fixture(scope="session")
def awards_home(tmp_path_factory):
    """One for all tests of awards."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def places(settings, awards_home):
    home = awards_home
    settings.FILES_DIR, settings.MAILBOX_DIR = home / "files", home / "mailbox"


def make_user(name: str, **fields) -> User:
    return User.objects.create(
        issuer="https://isc.test", subject=name, given_name=name, family_name="Martin",
        email=f"{name.lower()}@example.test", **fields,
    )  # fmt: skip


def make_staff(name: str, role: StaffRoleName, programme: str = "demo") -> Standing:
    user = make_user(name, function="Direction")
    StaffRole.objects.create(user=user, role=role, programme_code=programme, since=clock.now())
    return standing_of(user)


@dataclass
class World:
    """One application and everybody who acts on it; the verbs in short."""

    application: Application
    leader: Standing
    employee: Standing
    college: Standing
    signatory: Standing
    manager: Standing
    verifier: Standing

    @property
    def number(self) -> str:
        return self.application.number

    @property
    def state(self) -> ApplicationState:
        return ApplicationState(Application.objects.get(pk=self.application.pk).state)

    @property
    def turn(self) -> Turn:
        return Turn(Application.objects.get(pk=self.application.pk).turn)

    def step4(self) -> StepState:
        return StepState(Part.objects.get(application=self.application, kind=PartKind.CONVENTION).state)

    def draw(self):
        return draw_convention(application_id=self.application.pk)

    @property
    def convention(self):
        return live_convention(self.application)

    @property
    def invitation(self):
        return live_invitation(self.convention)

    @property
    def token(self) -> str:
        return link_token(self.invitation.nonce)

    @property
    def code(self) -> str:
        return code_of(self.invitation.nonce, self.invitation.code_nonce)

    def open(self) -> None:
        open_invitation(actor=NOBODY, token=self.token, ip="192.0.2.1")

    def ask_code(self) -> str:
        send_code(actor=NOBODY, token=self.token)
        return self.code

    def sign(self):
        self.open()
        return sign_as_vendor(actor=NOBODY, token=self.token, code=self.ask_code(), ip="192.0.2.1")

    def favour(self):
        return record_opinion(
            actor=self.college, number=self.number, session_on=SESSION, outcome=OpinionOutcome.FAVOURABLE
        )

    def countersign(self):
        return sign_as_agency(actor=self.signatory, number=self.number)

    def prerequisite(self, key: str, state: MilestoneState = MilestoneState.CONFIRMED) -> None:
        Milestone.objects.create(
            application=self.application,
            kind=MilestoneKind.PREREQUISITE,
            key=key,
            state=state,
            obtained_on=date(2026, 10, 1),
            at=clock.now(),
        )


@pytest.fixture
def world(db, freeze) -> World:
    freeze("2026-11-22T10:00")
    return make_world()


def make_world(**changes: Any) -> World:
    """`changes`: to the small definition."""
    now = clock.now()
    definition = small(**changes)
    programme = Programme.objects.create(
        code="demo",
        track=Track.objects.create(code="essai", content=canonical_json(TRACK)),
        created_at=now,
    )
    revision = Revision.objects.create(
        programme=programme, number=1, content=content_of(definition), sha256=digest_of(definition),
        effective_on=date(2026, 1, 1), published_at=now, reason="première",
    )  # fmt: skip
    company = Company.objects.create(
        country="FR", register_number="732829320", name="Imagerie Noël SAS", name_norm=fold("Imagerie Noël SAS"),
        address="12 rue des Lilas\n35000 Rennes",
    )  # fmt: skip
    leader, employee = make_user("Léa"), make_user("Sam")
    Membership.objects.create(user=leader, company=company, role=CompanyRole.AGENT, since=now)
    Membership.objects.create(user=employee, company=company, role=CompanyRole.EMPLOYEE, since=now)
    product = Product.objects.create(
        company=company, reference="PR00000001", name="Radiolis", name_norm="radiolis", description="RIS",
        responsible=leader, created_by=leader, created_at=now,
    )  # fmt: skip
    ProductAccess.objects.create(product=product, user=employee, granted_by=leader, since=now)
    version = Version.objects.create(product=product, label="4.2", nil="NIL-0001", created_at=now)
    facts = {"profiles": ["all"], "claims": [], "answers": {"listed": "no"}}
    application = Application.objects.create(
        number="SEKWAOLGFJ", programme=programme, revision=revision, company=company, version=version,
        product_name="Radiolis", version_label="4.2", nil="NIL-0001", company_name=company.name,
        title_norm="radiolis", facts=canonical_json(facts), state=ApplicationState.PROOFS_VALIDATED,
        state_since=now, turn=Turn.COLLEGE, turn_since=now, first_submitted_at=now, created_by=leader,
        created_at=now, changed_at=now,
    )  # fmt: skip
    for field, value in ANSWERS.items():
        Answer.objects.create(
            application=application, field=field, value=json.dumps(value), by=leader, at=now
        )
    parts = (
        ("step:file", PartKind.FORM, StepState.VALIDATED),
        ("step:proofs", PartKind.PROOFS, StepState.VALIDATED),
        ("step:convention", PartKind.CONVENTION, StepState.LOCKED),
        ("chapter:c1", PartKind.CHAPTER, ChapterState.VALIDATED),
        ("chapter:c2", PartKind.CHAPTER, ChapterState.VALIDATED),
    )
    for position, (key, kind, state) in enumerate(parts):
        Part.objects.create(
            application=application, key=key, kind=kind, position=position, state=state, state_since=now
        )
    return World(
        application=application,
        leader=standing_of(leader),
        employee=standing_of(employee),
        college=make_staff("Colette", StaffRoleName.COLLEGE),
        signatory=make_staff("Simon", StaffRoleName.SIGNATORY),
        manager=make_staff("Martine", StaffRoleName.MANAGER),
        verifier=make_staff("Victor", StaffRoleName.VERIFIER),
    )
