"""Two companies and the agency, with files in every stage: made once, by the product's own actions."""

import tempfile
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler

from jalon.accounts.actions import create_staff, declare_conflict, end_membership
from jalon.accounts.models import Company, Membership, User
from jalon.accounts.standing import NOBODY, SYSTEM, standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.actions.tracking import assign
from jalon.applications.models import AnswerDocument, Application
from jalon.applications.queries import definition_for
from jalon.awards.actions.conventions import reissue_invitation
from jalon.awards.actions.signing import open_invitation
from jalon.awards.models import Award, AwardDocument, Convention, Signature, SigningInvitation
from jalon.awards.queries import live_convention, live_invitation
from jalon.awards.secret_links import link_token
from jalon.demo.play import Cast, Play
from jalon.demo.samples import sample_pdf
from jalon.documents.actions import receive_file
from jalon.documents.models import Seal
from jalon.evidence.models import Proof, ProofItem
from jalon.evidence.queries import slot_views
from jalon.evidence.rules import kinds_of
from jalon.jobs.queue import run_due
from jalon.messaging.actions import post_message
from jalon.notices.models import Notice
from jalon.programmes.actions.drafts import import_workbook
from jalon.programmes.definition.workbook.exporting import write_workbook
from jalon.programmes.queries import draft_definition
from jalon.reviews.actions.moves import move_file
from jalon.reviews.actions.sealing import seal_file
from jalon.uploads.actions import begin_upload, finish_upload
from jalon.uploads.actions.many import Announced, take_files
from jalon.uploads.models import Upload
from jalon.uploads.states import UploadRole
from jalon.vendors.actions import create_product, grant_access
from jalon.vendors.models import Product, Version
from jalon.vendors.rules import ProductData
from jalon.web.account.session import BACKEND
from tests.scenarios.people import CLAIRVUE, RIVAL, person, product
from tests.scenarios.revisions import edited, published
from tests.scenarios.small import SMALL_CODE, open_small_programme

R = StaffRoleName
# Words that stand in files of the first company only: on a page of anybody else they are a leak.
OURS = ("Clairvue", "Belkacem")


_HANDLER = ClientHandler(enforce_csrf_checks=False)  # one for all: each would load the middleware anew


@dataclass
class World:
    """Everything by name. `ours` and `theirs`: applications of the two companies, by stage."""

    people: dict[str, User] = field(default_factory=dict)
    ours: dict[str, Play] = field(default_factory=dict)
    theirs: dict[str, Play] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """A fresh browser in which this person signed in before ("nobody": in which nobody did)."""
        client = Client(raise_request_exception=False)
        client.handler = _HANDLER
        if who in self.cookies:
            client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: self.cookies[who]})
        return client

    # --- What belongs to a file

    def application(self, play: Play) -> Application:
        return Application.objects.get(number=play.number)

    def product(self, play: Play) -> Product:
        return Product.objects.get(versions__applications__number=play.number)

    def version(self, play: Play) -> Version:
        return Version.objects.get(applications__number=play.number)

    def free_version(self, owner: str) -> Version:
        """A version without application, whose product is called after its owner's first name."""
        return Version.objects.get(product__name=f"Libre {self.people[owner].given_name}")

    def membership(self, who: str) -> Membership:
        return Membership.objects.filter(user=self.people[who]).latest("pk")

    def company(self, who: str) -> Company:
        return self.membership(who).company

    def notice(self, who: str) -> Notice:
        return Notice.objects.filter(user=self.people[who]).latest("pk")

    def item(self, play: Play) -> ProofItem:
        """A piece that still may be removed."""
        return ProofItem.objects.filter(
            proof__slot__application__number=play.number, proof__submitted_at=None, document__isnull=False
        ).latest("pk")

    def upload(self, play: Play) -> Upload:
        """A file on its way to a slot, of the agent."""
        return Upload.objects.get(application__number=play.number, role=UploadRole.SLOT)

    def held(self, play: Play) -> Upload:
        """One of many files, of the agent: it waits for its confirmation."""
        return Upload.objects.get(application__number=play.number, role=UploadRole.MANY)

    def answer_document(self, play: Play) -> AnswerDocument:
        return AnswerDocument.objects.filter(application__number=play.number, removed_at=None).latest("pk")

    def seal(self, play: Play) -> Seal:
        return Seal.objects.get(chain=f"application:{play.number}")

    def invitation(self, play: Play) -> SigningInvitation:
        convention = live_convention(self.application(play))
        invitation = live_invitation(convention) if convention else None
        assert invitation is not None
        return invitation

    def tokens(self, play: Play) -> list[str]:
        """Of every link ever sent for the file, the latest first."""
        sent = SigningInvitation.objects.filter(convention__application__number=play.number).order_by("-pk")
        return [link_token(invitation.nonce) for invitation in sent]

    def documents(self, play: Play) -> dict[str, int]:
        """One file of each kind that the application has: what it is → document id."""
        of = {"application__number": play.number}
        conventions = Convention.objects.filter(**of)
        signatures = Signature.objects.filter(convention__in=conventions)
        pieces = ProofItem.objects.filter(proof__slot__application__number=play.number, kind="file")
        pieces = pieces.filter(document__content__sealed_at=None)
        found: dict[str, Any] = {
            "answer": AnswerDocument.objects.filter(**of),
            "proof": pieces.exclude(proof__submitted_at=None),
            "draft proof": pieces.filter(proof__submitted_at=None),
            "superseded proof": pieces.exclude(proof__superseded_at=None),
            "prerequisite": self.application(play).milestones.exclude(document=None),
            "signed": signatures,
            "paper": AwardDocument.objects.filter(award__in=Award.objects.filter(**of)),
        }
        ids = {name: rows.values_list("document_id", flat=True).last() for name, rows in found.items()}
        ids["convention"] = conventions.values_list("latest_id", flat=True).last()
        ids["unsigned"] = conventions.values_list("unsigned_id", flat=True).last()
        ids["evidence"] = signatures.values_list("evidence_id", flat=True).last()
        return {name: pk for name, pk in ids.items() if pk is not None}


def make_world() -> World:
    world = World()
    open_small_programme(reports=True)
    _enrol(world)
    _engage(world)
    declare_conflict(
        actor=SYSTEM,
        user_id=world.people["conflicted"].pk,
        company_id=world.company("agent").pk,
        reason="Ancien poste",
    )
    _play_ours(world)
    _play_theirs(world)
    _change_list(world)
    _seal(world)
    people = world.people
    end_membership(actor=standing_of(people["agent"]), membership_id=world.membership("former").pk)
    end_membership(actor=standing_of(people["rival"]), membership_id=world.membership("rival former").pk)
    run_due()
    for who, user in people.items():
        world.cookies[who] = signed_in(user)
    return world


def signed_in(user: User) -> str:
    """The cookie of a session that this person just opened."""
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def _change_list(world: World) -> None:
    """A second revision, to which one of our files went; then a draft with something to decide, from a workbook."""
    manager = standing_of(world.people["manager"])
    revision = published(lambda edit: edit.retitle("ins-va1.01"))
    move_file(actor=manager, number=world.ours["ready"].number, revision_number=revision.number)
    seen = edited(lambda edit: edit.reword("ins-va1.01.01.01").renumber("ins-va1.02", "INS/va9.99"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "liste.xlsx"
        write_workbook(draft_definition(seen), path)
        read = import_workbook(
            actor=manager,
            programme_code=SMALL_CODE,
            seen_version=seen.version,
            path=path,
            file_name=path.name,
        )
    assert read.kept, read


def _seal(world: World) -> None:
    """A file that a verifier sealed, and that waits for a second person. Its proof is not the one to be judged."""
    play = world.ours["proving"]
    proof = Proof.objects.filter(slot__application=play.application, submitted_at__isnull=False).earliest(
        "pk"
    )
    document = receive_file(
        actor=play.vendor,
        company_id=play.application.company_id,
        name="scelle.pdf",
        chunks=[sample_pdf("scellé")],
        formats=["pdf"],
        max_bytes=10_000_000,
    )
    ProofItem.objects.create(
        proof=proof, position=19, kind="file", proof_kind="document", document=document,
        added_by_id=play.vendor.user_id, added_at=document.added_at,
    )  # fmt: skip
    seal_file(
        actor=standing_of(world.people["verifier"]),
        number=play.number,
        document_id=document.pk,
        reason="health",
    )


def _enrol(world: World) -> None:
    """Of our company and of the rival's. Given names tell who it is; family names tell whose."""
    ours = {"agent": CompanyRole.AGENT, "delegate": CompanyRole.DELEGATE, "attached": CompanyRole.EMPLOYEE,
            "unattached": CompanyRole.EMPLOYEE, "former": CompanyRole.EMPLOYEE}  # fmt: skip
    theirs = {
        "rival": CompanyRole.AGENT,
        "rival attached": CompanyRole.EMPLOYEE,
        "rival former": CompanyRole.EMPLOYEE,
    }
    for company, family_name, roles in ((CLAIRVUE, "Belkacem", ours), (RIVAL, "Dubreuil", theirs)):
        for who, role in roles.items():
            world.people[who] = person(
                who.replace(" ", "-"), role, company, given_name=who.title(), family_name=family_name
            )
    alone = person(
        "alone", CompanyRole.AGENT, ("443061841", "44306184100047", "Ancienne"), family_name="Seul"
    )
    world.people["without company"] = alone
    end_membership(actor=standing_of(alone), membership_id=world.membership("without company").pk)


def _engage(world: World) -> None:
    everywhere = {
        "verifier": [(R.VERIFIER, SMALL_CODE)],
        "referent": [(R.REFERENT, SMALL_CODE)],
        "conflicted": [(R.VERIFIER, SMALL_CODE), (R.MANAGER, SMALL_CODE), (R.COLLEGE, SMALL_CODE)],
        "unassigned": [(R.VERIFIER, ""), (R.REFERENT, ""), (R.MANAGER, ""), (R.COLLEGE, ""), (R.SIGNATORY, "")],
        "assigned": [(R.VERIFIER, "")],
        "elsewhere": [(R.VERIFIER, "autre-demarche"), (R.MANAGER, "autre-demarche"), (R.COLLEGE, "autre-demarche")],
        "manager": [(R.MANAGER, SMALL_CODE)],
        "college": [(R.COLLEGE, SMALL_CODE)],
        "signatory": [(R.SIGNATORY, SMALL_CODE)],
        "administrator": [(R.ADMINISTRATOR, "")],
    }  # fmt: skip
    for who, roles in everywhere.items():
        world.people[who] = create_staff(
            actor=SYSTEM, login=f"{who}@agence.example", given_name=who.title(), family_name="Anquetil",
            password="un mot de passe assez long", roles=roles, email=f"{who}@agence.example",
        )  # fmt: skip


def _begin(world: World, vendor: str, data: ProductData, *colleagues: str) -> Play:
    play = Play.begin(Cast(world.people[vendor], world.people["verifier"]), SMALL_CODE, data)
    for colleague in colleagues:
        grant_access(
            actor=standing_of(world.people[vendor]),
            product_id=world.product(play).pk,
            user_id=world.people[colleague].pk,
        )
    return play


def _play_ours(world: World) -> None:
    agent = world.people["agent"]
    for stage in ("opened", "submitted", "proving", "ready", "signing", "listed"):
        world.ours[stage] = _begin(world, "agent", product(agent, f"Clairvue {stage}"), "attached").fill()
    # The unattached salarié has work of his own: it must not open the rest of the company.
    world.ours["beside"] = _begin(world, "agent", product(agent, "Clairvue beside"), "unattached").fill()
    create_product(actor=standing_of(agent), data=product(agent, f"Libre {agent.given_name}"))
    for stage in ("submitted", "proving", "ready", "signing", "listed"):
        world.ours[stage].submit()
    for stage in ("proving", "ready", "signing", "listed"):
        world.ours[stage].find_eligible()
    _in_proofs(world.ours["proving"])
    first, _second = world.ours["ready"].chapters()
    world.ours["ready"].deposit(first)
    _to_sign(world.ours["signing"])
    _listed(world)
    manager = standing_of(world.people["manager"])
    for stage in ("submitted", "proving", "ready", "signing", "listed"):
        number = world.ours[stage].number
        assign(actor=manager, number=number, user_id=world.people["assigned"].pk, role=R.VERIFIER)
        for who in ("agent", "verifier"):
            post_message(
                actor=standing_of(world.people[who]), number=number, body="Mot pour Clairvue seulement"
            )


def _in_proofs(play: Play) -> None:
    """One chapter sent back, with a new draft in it; one submitted, not opened yet; a document of each kind."""
    first, second = play.chapters()
    play.deposit(first).submit_chapters([first])
    views = slot_views(play.application, first)
    play.judge(first, to_modify={v.key: "Montrez l’écran de Clairvue en entier." for v in views})
    play.close(first, send_back=True)
    play.deposit(first, limit=1)
    play.deposit(second).submit_chapters([second])
    play.meet_prerequisites()
    slot = next(
        view
        for view in views
        if any("pdf" in kind.formats for kind in kinds_of(definition_for(play.application), view.expected))
    )
    begin_upload(actor=play.vendor, number=play.number, item_key=slot.key, name="rapport.pdf", size=1000)
    data = sample_pdf("en nombre")
    take_files(actor=play.vendor, number=play.number, files=[(Announced("en nombre.pdf", len(data)), [data])])
    finish_upload(upload_id=Upload.objects.latest("pk").pk)


def _to_sign(play: Play) -> None:
    play.prove().meet_prerequisites().draw()
    reissued = live_convention(play.application)
    assert reissued is not None
    invitation = live_invitation(reissued)
    assert invitation is not None
    reissue_invitation(actor=play.vendor, number=play.number, invitation_id=invitation.pk)
    invitation = live_invitation(reissued)
    assert invitation is not None
    open_invitation(actor=NOBODY, token=link_token(invitation.nonce), ip="127.0.0.1")


def _listed(world: World) -> None:
    play = world.ours["listed"].prove().meet_prerequisites().draw()
    play.give_opinion(world.people["college"]).sign().countersign(world.people["signatory"]).draw()
    run_due()


def _play_theirs(world: World) -> None:
    rival = world.people["rival"]
    for stage in ("opened", "proving", "signing"):
        world.theirs[stage] = _begin(
            world, "rival", product(rival, f"Rivalix {stage}"), "rival attached"
        ).fill()
    create_product(actor=standing_of(rival), data=product(rival, f"Libre {rival.given_name}"))
    for stage in ("proving", "signing"):
        world.theirs[stage].submit().find_eligible()
    _in_proofs(world.theirs["proving"])
    _to_sign(world.theirs["signing"])
    number = world.theirs["proving"].number
    post_message(actor=standing_of(world.people["verifier"]), number=number, body="Bonjour")
