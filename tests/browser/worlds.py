"""The data behind the pictures: four small worlds, each on its own JALON_HOME.

Each is made in a process of its own (`screenshots.served`). What people do is done through the product's actions;
only volume (250 of everything) is written row by row.
Ends by writing `world.json`: who can sign in (session keys) and the words of addresses.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from jalon.accounts.actions import create_staff, sign_in
from jalon.accounts.models import Company, Membership, User
from jalon.accounts.rules import CompanyClaim, Identity
from jalon.accounts.standing import NOBODY, SYSTEM, standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.actions.tracking import assign
from jalon.applications.models import Answer, Application, Part, Round
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.rules.answers import all_fields, form_steps
from jalon.applications.states import ApplicationState, ChapterState, PartKind, Turn
from jalon.awards.actions.signing import open_invitation, send_code
from jalon.awards.models import Award, SigningInvitation
from jalon.awards.queries import live_convention, live_invitation
from jalon.awards.secret_links import link_token
from jalon.core import clock
from jalon.core.text import fold
from jalon.demo.files import prepare as prepare_demo
from jalon.demo.play import Cast, Play
from jalon.demo.samples import sample_file
from jalon.documents.models import SealOutcome
from jalon.evidence.actions.deposits import comment_proof, deposit_file
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import accepted_keys, slot_views
from jalon.evidence.rules import kinds_of
from jalon.jobs.queue import run_due
from jalon.journal.actions import record
from jalon.messaging.actions import post_message
from jalon.messaging.models import Message
from jalon.notices.delivery import deliver
from jalon.notices.models import Mail, MailState, Notice
from jalon.programmes.actions.drafts import edit_draft, import_workbook
from jalon.programmes.actions.loading import load_draft
from jalon.programmes.actions.publishing import publish
from jalon.programmes.definition.folder import read_tree
from jalon.programmes.definition.schema import Requirement
from jalon.programmes.definition.workbook.exporting import write_workbook
from jalon.programmes.models import Programme
from jalon.programmes.queries import draft_definition
from jalon.reviews.actions.declarations import decide_declared_claim, declare_again
from jalon.reviews.actions.examination import open_chapter
from jalon.reviews.actions.files import return_file
from jalon.reviews.actions.moves import move_file
from jalon.reviews.actions.sealing import seal_file, settle_sealed_file
from jalon.reviews.actions.versions import accept_version, declare_version, refuse_version
from jalon.reviews.queries.library import places_for
from jalon.vendors.actions import create_product, grant_access
from jalon.vendors.models import Product, ProductAccess, Version
from jalon.vendors.rules import ProductData
from jalon.web.account.session import open_session
from tests.browser import volume
from tests.browser.in_number import hand_in
from tests.browser.volume import MANY
from tests.scenarios.programme import DEFINITIONS, RIS, open_programme
from tests.scenarios.revisions import Edit, draft
from tests.scenarios.samples import give_samples

ISSUER = "https://isc.example"
FIRST_CHAPTER = "gestion-ins"
PASSWORD = "une phrase de passe pour essai"
STAFF = {
    "thomas.anquetil": ("Thomas", "Anquetil", StaffRoleName.VERIFIER),
    "camille.vasseur": ("Camille", "Vasseur", StaffRoleName.REFERENT),
    "leila.haddad": ("Leïla", "Haddad", StaffRoleName.MANAGER),
    "bernard.roy": ("Bernard", "Roy", StaffRoleName.COLLEGE),
    "sophie.lambert": ("Sophie", "Lambert", StaffRoleName.SIGNATORY),
}
CHANGES = (
    "Correctif de sécurité de la bibliothèque XML, et affichage du trait d’identité corrigé sur tablette.\n"
    "L’appel à l’INSi n’est pas touché."
)

PROVEN = (ApplicationState.CONVENTION_SIGNING, ApplicationState.LISTED)

LONG_WORDS = "Plateforme régionale de radiologie interventionnelle et de médecine nucléaire "
LONG_NAME = ((LONG_WORDS * 3)[:149] + " " + "Anticonstitutionnellement" * 2)[:200]
UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_VERSION = "2026.11.22-rc1+integration.continue.branche-principale.4"
LONG_COMPANY = (
    f"Société interprofessionnelle de radiologie {UNBROKEN} et associés de Bourgogne-Franche-Comté " * 2
)
LONG_FILE = "compte-rendu_de_recette_" + "integration_continue_" * 10
LONG_TEXT = (
    "La vidéo doit montrer, sans coupure, la recherche du patient, l’appel au téléservice et la réponse. "
    f"Voir https://preuves.example/{'a' * 120} pour un exemple.\n\n"
)


class World:
    """What a world tells the pictures."""

    def __init__(self) -> None:
        self.sessions: dict[str, str] = {}
        self.words: dict[str, str] = {"programme": RIS, "first_chapter": FIRST_CHAPTER}

    def enter(self, name: str, user: User) -> None:
        """A session of this person, as after signing in."""
        request = HttpRequest()
        request.session = SessionStore()
        open_session(request, user)
        request.session.save()
        self.sessions[name] = str(request.session.session_key)

    def write(self) -> None:
        told = {"sessions": self.sessions, "words": self.words}
        (Path(settings.HOME) / "world.json").write_text(json.dumps(told), encoding="utf-8")


def engage(world: World, programme_code: str) -> dict[str, User]:
    people = {}
    for login, (given_name, family_name, role) in STAFF.items():
        people[login] = create_staff(
            actor=SYSTEM,
            login=f"{login}@agence.example",
            given_name=given_name,
            family_name=family_name,
            password=PASSWORD,
            roles=[(role, programme_code)],
            email=f"{login}@agence.example",
        )
        world.enter(login.split(".")[0], people[login])
    return people


def enrol(
    subject: str,
    given_name: str,
    family_name: str,
    company: CompanyClaim | None,
    function: str = "Directrice générale",
) -> User:
    return sign_in(
        actor=NOBODY,
        identity=Identity(
            issuer=ISSUER,
            subject=subject,
            given_name=given_name,
            family_name=family_name,
            email=f"{subject}@clairvue.example",
            civility="Mme",
            telephone="+33240000000",
            function=function,
            companies=(company,) if company else (),
            legal_representative=(
                ("civility", "Mme"),
                ("given_name", given_name),
                ("family_name", family_name),
                ("function", function),
                ("email", f"{subject}@clairvue.example"),
                ("telephone", "+33240000000"),
            ),
        ),
    )


def claim(name: str, role: CompanyRole = CompanyRole.AGENT) -> CompanyClaim:
    return CompanyClaim(
        "FR", "732829320", name, role, siret="73282932000074", address="12 quai de la Fosse\n44000 Nantes"
    )


def product(responsible: User, name: str, version: str) -> ProductData:
    return ProductData(
        name=name,
        version=version,
        nil="",
        responsible_id=responsible.pk,
        description=f"{name} gère les rendez-vous et les comptes rendus.",
        certifications=("ISO 13485",),
        interests=("segur",),
    )


def empty() -> World:
    """A programme, people, and nothing that they did."""
    world = World()
    open_programme()
    engage(world, RIS)
    nadia = enrol("nadia", "Nadia", "Belkacem", claim("Clairvue"))
    world.enter("nadia", nadia)
    ines = enrol("ines", "Inès", "Carvalho", claim("Clairvue", CompanyRole.EMPLOYEE))
    world.enter("ines", ines)
    # Opened a moment ago, nothing in it.
    someone = enrol(
        "claire", "Claire", "Moreau", CompanyClaim("DE", "DE129273398", "Radiant Systeme", CompanyRole.AGENT)
    )
    world.enter("claire", someone)
    cast = Cast(someone, User.objects.get(staff_login="thomas.anquetil@agence.example"))
    play = Play.begin(cast, RIS, product(someone, "Radiant Workstation", "2026.1"))
    world.words["opened"] = play.number
    _name_steps(world, play)
    return world


def _name_steps(world: World, play: Play) -> None:
    """The keys of the steps that are forms: step_1, step_2, …"""
    for n, step in enumerate(form_steps(definition_for(play.application)), start=1):
        world.words[f"step_{n}"] = step.key


def usual() -> World:
    """The demo's people and files, and what the demo has no need of."""
    world = World()
    prepare_demo(definitions=DEFINITIONS, issuer=ISSUER, say=lambda _what: None)
    for user in User.objects.all():
        login = user.subject or str(user.staff_login).split("@")[0]
        world.enter(login.split(".")[0], user)
    known = {(a.product_name, a.version_label): a.number for a in Application.objects.order_by("pk")}
    numbers = {
        "opened": known["Clairvue Examens", "4.2"],
        "submitted": known["Clairvue Examens", "4.1"],
        "proofs": known["Clairvue Portail", "2.0"],
        "to_sign": known["Clairvue Workflow", "7.3"],
        "listed": known["Aliénor Examens", "12.1"],
        "abroad": known["Radiant Workstation", "2026.1"],
        "refused": known["Clairvue Archive", "1.4"],
        "withdrawn": known["Clairvue Labo", "0.9"],
        "late": known["Clairvue Visio", "1.3"],
    }
    world.words.update(numbers)
    cast = Cast(_vendor("nadia.belkacem"), _member("thomas.anquetil"))
    world.words["returned_file"], world.words["remarked"] = _send_file_back(cast)
    proofs = Play(cast, numbers["proofs"])
    _name_steps(world, proofs)
    _name_chapters(world, proofs)
    _name_reuse(world, proofs)
    world.words["uncoded"] = hand_in(proofs.vendor, proofs.application, sure=24)
    _declare_versions(proofs, "2.0.1", "2.0.2")
    world.words |= {
        "eligible": _accept_version(cast),
        "claimed": _declare_otherwise(cast),
        "to_validate": _leave_nothing_open(cast),
    }
    _give_everything_to_read(world, cast)
    _seal_three(world, cast, _member("leila.haddad"))
    _name_signing(world, Play(cast, numbers["to_sign"]))
    free = Version.objects.get(product__name="Clairvue Mobile iOS")
    world.words["free_version"] = str(free.pk)
    product = Product.objects.filter(name="Clairvue Examens").earliest("pk")
    world.words["product"], world.words["version"] = product.reference, str(product.versions.latest("pk").pk)
    world.words["ines_id"] = str(_vendor("ines.carvalho").pk)
    hugo = Membership.objects.get(user=_vendor("hugo.lemestre"), until=None)
    world.words["hugo_membership"] = str(hugo.pk)
    _revise(world, cast, _member("leila.haddad"))
    for mail in Mail.objects.filter(state=MailState.WAITING).order_by("-pk")[:40]:
        deliver(mail.pk)
    return world


def _revise(world: World, cast: Cast, manager: User) -> None:
    """A second revision to which one file went, and a draft that follows it, read from a workbook."""
    play = (
        Play.begin(cast, RIS, product(cast.vendor, "Clairvue Recherche", "1.0"))
        .fill()
        .submit()
        .find_eligible()
    )
    first = play.chapters(ChapterState.TO_COMPLETE)[0]
    play.deposit(first).submit_chapters([first]).judge(first).close(first)
    keys = [view.key for view in slot_views(play.application, first)]
    words = "Captures ou vidéo de l’écran où l’on reconnaît le patient, sa date de naissance comprise."
    edit = Edit(draft_definition(draft()))
    edit.reword(keys[0], words).drop(keys[-1]).add(keys[1], "gestion-ins-plus").retitle("ins-va1.02")
    manager_now = standing_of(manager)
    edit_draft(
        actor=manager_now, programme_code=RIS, seen_version=draft().version, definition=edit.definition
    )
    reason = "Le groupe de travail du 12 octobre demande la date de naissance sur chaque écran."
    revision = publish(
        actor=manager_now, programme_code=RIS, reason=reason, effective_on=clock.paris_date(clock.now()),
    )  # fmt: skip
    move_file(actor=manager_now, number=play.number, revision_number=revision.number)
    edit.reword(keys[2], "Une vidéo de la saisie, de l’ouverture du dossier à son enregistrement.")
    edit.renumber("ins-va1.02", "INS/va2.12").move("ins-va1.01", "identite", "Identité du patient")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Liste d’exigences du 20 novembre.xlsx"
        write_workbook(edit.definition, path)
        read = import_workbook(
            actor=manager_now,
            programme_code=RIS,
            seen_version=draft().version,
            path=path,
            file_name=path.name,
        )
    world.words.update({
        "moved": play.number,
        "import": str(read.kept.pk) if read.kept else "",
        "quiet_programme": Programme.objects.exclude(code=RIS).filter(revisions__isnull=False).earliest("pk").code,
    })  # fmt: skip


def _give_everything_to_read(world: World, cast: Cast) -> None:
    """A chapter handed in, with a piece of each sort in one slot."""
    play = (
        Play.begin(cast, RIS, product(cast.vendor, "Clairvue Lecture", "3.1")).fill().submit().find_eligible()
    )
    chapter = play.chapters(ChapterState.TO_COMPLETE)[0]
    play.deposit(chapter)
    given = give_samples(play)
    play.submit_chapters([chapter])
    open_chapter(actor=play.verifier, number=play.number, chapter=chapter)
    items = ProofItem.objects.filter(proof__slot__application=play.application, document__in=given.values())
    by_document = {item.document_id: item for item in items.select_related("proof__slot")}
    world.words |= {"read": play.number, "read_chapter": chapter}
    for viewer, pk in given.items():
        item = by_document[pk]
        world.words |= {
            f"read_{viewer}": str(pk), f"item_{viewer}": str(item.pk), "read_slot": item.proof.slot.item_key,
        }  # fmt: skip


def _seal_three(world: World, cast: Cast, manager: User) -> None:
    """Three files: one sealed, one destroyed on a second person's word, one read again."""
    play = (
        Play.begin(cast, RIS, product(cast.vendor, "Clairvue Scellés", "1.1")).fill().submit().find_eligible()
    )
    chapter = play.chapters(ChapterState.TO_COMPLETE)[0]
    play.deposit(chapter)
    given = give_samples(play, words="scellés")
    play.submit_chapters([chapter])
    seals = [
        seal_file(actor=play.verifier, number=play.number, document_id=given[name], reason=reason, words=words)
        for name, reason, words in (
            ("table", "health", "Colonne Patient, dès la première ligne"), ("mail", "personal", ""),
            ("text", "secret", "Ligne 12"),
        )
    ]  # fmt: skip
    other = standing_of(manager)
    for seal, outcome in zip(seals, (SealOutcome.DESTROYED, SealOutcome.LIFTED), strict=False):
        settle_sealed_file(actor=other, number=play.number, seal_id=seal.pk, outcome=outcome)
    run_due()
    piece = ProofItem.objects.get(document=given["text"])
    world.words |= {
        "sealed": play.number, "sealed_file": str(given["text"]), "sealed_chapter": chapter,
        "sealed_slot": piece.proof.slot.item_key, "sealed_piece": str(piece.pk),
    }  # fmt: skip


def _declare_versions(play: Play, refused: str, waits: str, words: str = CHANGES) -> None:
    """One technical version refused, and another one that waits."""
    declare_version(actor=play.vendor, number=play.number, label=refused, changes=words)
    refuse_version(
        actor=play.verifier,
        number=play.number,
        n=1,
        reason="Dites aussi ce qui change dans l’appel à l’INSi.",
    )
    declare_version(actor=play.vendor, number=play.number, label=waits, changes=words)


def _accept_version(cast: Cast) -> str:
    """A file that goes on with a new technical version, two proofs of which are to be given anew."""
    play = (
        Play.begin(cast, RIS, product(cast.vendor, "Clairvue Nomade", "1.2")).fill().submit().find_eligible()
    )
    chapter = play.chapters(ChapterState.TO_COMPLETE)[0]
    play.deposit(chapter).submit_chapters([chapter]).judge(chapter).close(chapter)
    declare_version(actor=play.vendor, number=play.number, label="1.2.1", changes=CHANGES)
    redo = sorted(accepted_keys(play.application))[:2]
    accept_version(actor=play.verifier, number=play.number, n=1, to_redo=redo)
    return play.number


def _leave_nothing_open(cast: Cast) -> str:
    """A file of which a confirmed claim left only what was proven already: a verifier validates the step."""
    play = (
        Play.begin(cast, RIS, product(cast.vendor, "Clairvue Archives", "3.0"))
        .fill()
        .submit()
        .find_eligible()
    )
    _declare_again(play, vague_1="yes", wiin_id="WIIN-2021-0011")
    decide_declared_claim(
        actor=play.verifier,
        number=play.number,
        key=definition_for(play.application).claims[0].key,
        confirmed=True,
        evidence="WIIN-2021-0011",
    )
    # Rows as the actions leave them: to give and judge some fifty proofs would take longer than all the rest.
    chapters = Part.objects.filter(application=play.application, kind=PartKind.CHAPTER)
    chapters.update(
        state=ChapterState.VALIDATED,
        given=F("expected"),
        conform=F("expected"),
        first_submitted_at=clock.now(),
    )
    files = Application.objects.filter(number=play.number)
    files.update(turn=Turn.AGENCY, given=F("expected"), conform=F("expected"))
    return play.number


def _declare_otherwise(cast: Cast) -> str:
    """A file that took on a profile, was refused a claim, and makes it again under another number."""
    play = (
        Play.begin(cast, RIS, product(cast.vendor, "Clairvue Urgences", "2.1"))
        .fill()
        .submit()
        .find_eligible()
    )
    chapter = play.chapters(ChapterState.TO_COMPLETE)[0]
    play.deposit(chapter).submit_chapters([chapter]).judge(chapter).close(chapter)
    _declare_again(play, profiles=["general", "ciba"])
    _declare_again(play, vague_1="yes", wiin_id="WIIN-2021-0007")
    decide_declared_claim(
        actor=play.verifier,
        number=play.number,
        key=definition_for(play.application).claims[0].key,
        confirmed=False,
        evidence="WIIN-2021-0007",
        reason="Cet ID désigne Clairvue Examens, et non ce logiciel.",
    )
    _declare_again(play, wiin_id="WIIN-2023-0042")
    return play.number


def _declare_again(play: Play, **values: object) -> None:
    seen = dict(Answer.objects.filter(application=play.application).values_list("field", "version"))
    typed = {key: (value, seen.get(key, 0)) for key, value in values.items()}
    declare_again(actor=play.vendor, number=play.number, values=typed)


def _vendor(subject: str) -> User:
    return User.objects.get(subject=subject)


def _member(login: str) -> User:
    return User.objects.get(staff_login=f"{login}@agence.example")


def _send_file_back(cast: Cast) -> tuple[str, str]:
    """A file whose answers the agency wants corrected, with a remark on two questions, and the first of them."""
    play = Play.begin(cast, RIS, product(cast.vendor, "Clairvue Planning", "3.0")).fill().submit()
    fields = all_fields(definition_for(play.application))
    name = next(f.key for f in fields if f.kind == "text" and f.required)
    documents = next(f.key for f in fields if f.kind == "documents")
    remarks = {
        name: "Ce nom n’est pas celui de l’extrait Kbis joint. Indiquez celui du représentant légal.",
        documents: "L’attestation a plus de trois mois. Joignez une attestation récente.",
    }
    return_file(
        actor=standing_of(cast.verifier), number=play.number, round_n=play._deciding_round(), remarks=remarks
    )
    return play.number, name


def _name_chapters(world: World, play: Play) -> None:
    """A chapter in each state of the file in proofs, by the name of its state."""
    for part in parts_of(play.application, PartKind.CHAPTER).values():
        world.words.setdefault(f"chapter_{part.state}", part.key.removeprefix("chapter:"))
    open_slots = slot_views(play.application, world.words["chapter_to_complete"])
    world.words["slot"] = next(view.key for view in open_slots if view.is_open)


def _name_reuse(world: World, play: Play, of: Application | None = None) -> None:
    """A file given as a proof, and an open slot of this file that takes it too."""
    pieces = ProofItem.objects.filter(document__isnull=False, document__content__sealed_at=None, backs=False)
    for item in pieces.filter(proof__slot__application=of or play.application).order_by("-pk"):
        places = places_for(play.application, item.document) if item.document else []
        if free := [place.key for place in places if not place.holds]:
            world.words |= {"reused_file": str(item.document_id), "reused_slot": free[0]}
            return


def _signing_token(play: Play) -> str:
    convention = live_convention(play.application)
    invitation = live_invitation(convention) if convention else None
    if invitation is None:
        raise LookupError("nothing to sign")
    return link_token(invitation.nonce)


def _name_signing(world: World, play: Play) -> None:
    world.words["token"] = _signing_token(play)
    signed = SigningInvitation.objects.filter(used_at__isnull=False).first()
    world.words["signed_token"] = link_token(signed.nonce) if signed else ""


def _ask_for_code(play: Play) -> None:
    """The signer opened the link and has a code. Both hold long: a picture may come later."""
    token = _signing_token(play)
    open_invitation(actor=NOBODY, token=token, ip="127.0.0.1")
    send_code(actor=NOBODY, token=token)
    later = clock.now() + timedelta(days=365)
    SigningInvitation.objects.filter(convention__application=play.application, voided_at=None).update(
        expires_at=later, code_expires_at=later
    )


def long() -> World:
    """Names, texts and files as long as they may be."""
    world = World()
    cast = _long_file(world)
    _long_ends(world, cast)
    return world


def phone() -> World:
    """The quick part of `long`, for a test."""
    world = World()
    _long_file(world)
    return world


def _long_file(world: World) -> Cast:
    """A company and its file, up to a chapter sent back."""
    open_programme()
    staff = engage(world, RIS)
    person = enrol(
        "marie", "Marie-Antoinette " * 4, f"de {UNBROKEN}", claim(LONG_COMPANY[:255]), "Directrice " * 13
    )
    world.enter("nadia", person)
    colleague = enrol(
        "jeanne", "Jeanne-Wilhelmine " * 4, f"von {UNBROKEN}", claim(LONG_COMPANY[:255], CompanyRole.EMPLOYEE)
    )
    world.enter("ines", colleague)
    world.words["ines_id"] = str(colleague.pk)
    world.words["hugo_membership"] = str(Membership.objects.get(user=colleague).pk)
    cast = Cast(person, staff["thomas.anquetil"])
    play = Play.begin(cast, RIS, product(person, LONG_NAME, LONG_VERSION)).fill().submit()
    assign(
        actor=standing_of(staff["leila.haddad"]),
        number=play.number,
        user_id=staff["camille.vasseur"].pk,
        role=StaffRoleName.REFERENT,
    )
    play.find_eligible()
    grant_access(
        actor=standing_of(person), product_id=play.application.version.product_id, user_id=colleague.pk
    )
    chapter = play.chapters(ChapterState.TO_COMPLETE)[0]
    _long_chapter(play, chapter)
    _long_versions(play)
    for actor in (person, staff["camille.vasseur"]):
        post_message(actor=standing_of(actor), number=play.number, body=(LONG_TEXT * 60)[:10_000])
    world.words.update(
        proofs=play.number,
        chapter_to_modify=chapter,
        product=play.application.version.product.reference,
        version=str(play.application.version_id),
    )
    _name_steps(world, play)
    _name_reuse(world, play)
    hand_in(play.vendor, play.application, sure=6, folder=LONG_FILE)
    return cast


def _long_ends(world: World, cast: Cast) -> None:
    """A file to sign, one listed, and a product without file."""
    person = cast.vendor
    signing = (
        Play.begin(cast, RIS, product(person, LONG_NAME[:190] + " (bis)", "1.0"))
        .fill()
        .submit()
        .find_eligible()
    )
    signing.prove().meet_prerequisites().draw()
    world.words["to_sign"] = signing.number
    listed = (
        Play.begin(cast, RIS, product(person, LONG_NAME[:190] + " (ter)", "1.0"))
        .fill()
        .submit()
        .find_eligible()
    )
    listed.prove().meet_prerequisites().draw().give_opinion(_member("bernard.roy")).sign()
    listed.countersign(_member("sophie.lambert")).draw()
    world.words["listed"] = listed.number
    _name_signing(world, signing)
    _ask_for_code(signing)
    free = create_product(
        actor=standing_of(person), data=product(person, LONG_NAME[:180] + " (libre)", "1.0")
    )
    world.words["free_version"] = str(free.pk)


def _long_versions(play: Play) -> None:
    """One accepted with the accepted proofs to redo but two, and one that waits."""
    place: dict[str, Any] = {"actor": play.vendor, "number": play.number, "changes": (LONG_TEXT * 20)[:5000]}
    declare_version(label=LONG_VERSION[:-1] + "5", **place)
    redo = sorted(accepted_keys(play.application))[:-2]
    accept_version(actor=play.verifier, number=play.number, n=1, to_redo=redo)
    declare_version(label=LONG_VERSION[:-1] + "6", **place)


def _long_chapter(play: Play, chapter: str) -> None:
    """Long file names, links, comments and reasons; one proof sent back."""
    definition = definition_for(play.application)
    for view in slot_views(play.application, chapter):
        place: dict[str, Any] = {"actor": play.vendor, "number": play.number, "item_key": view.key}
        file_kind = next((k for k in kinds_of(definition, view.expected) if k.form == "file"), None)
        if file_kind:
            for n in range(3):
                _name, data = sample_file(file_kind, n)
                name = f"{LONG_FILE}{n}.{_name.rpartition('.')[2]}"
                deposit_file(**place, document_id=play._receive(name, data).pk)
        else:
            play.deposit_slot(view, 0)
        comment_proof(**place, comment=(LONG_TEXT * 9)[:1900])
    play.submit_chapters([chapter])
    reasons = {v.key: (LONG_TEXT * 9)[:1900] for v in islice(slot_views(play.application, chapter), 2)}
    play.judge(chapter, to_modify=reasons).close(chapter, send_back=True)


def many() -> World:
    """250 of everything that comes in lists."""
    world = World()
    open_programme()
    _grow_programme()
    staff = engage(world, RIS)
    nadia = enrol("nadia", "Nadia", "Belkacem", claim("Clairvue"))
    world.enter("nadia", nadia)
    cast = Cast(nadia, staff["thomas.anquetil"])
    play = Play.begin(cast, RIS, product(nadia, "Clairvue RIS", "1.0")).fill().submit().find_eligible()
    world.words.update(proofs=play.number, product=play.application.version.product.reference)
    _name_steps(world, play)
    _name_chapters(world, play)
    hand_in(play.vendor, play.application, sure=300)
    others = _people(nadia)
    ProductAccess.objects.bulk_create(
        ProductAccess(product=play.application.version.product, user=u, granted_by=nadia, since=clock.now())
        for u in others
    )
    applications = _applications(play.application, nadia)
    _rounds([a for a in applications if a.turn == Turn.AGENCY], nadia)
    _acts(applications, nadia)
    _awards(applications[-MANY // 2 :])
    _messages(play.application, applications, nadia, staff["camille.vasseur"])
    for person in (nadia, staff["thomas.anquetil"]):
        _notices(person, play.number)
    _name_reuse(world, play, _lengthen(world, play, applications, staff))
    return world


def _lengthen(
    world: World, play: Play, applications: list[Application], staff: dict[str, User]
) -> Application:
    """250 rows in lists that one file, one chapter or the agency has. The file whose chapter is full."""
    cast, manager = play.cast, staff["leila.haddad"]
    open_to_vendor = (ApplicationState.ELIGIBLE, Turn.VENDOR)
    examined, moved = [a for a in applications if (a.state, a.turn) == open_to_vendor][:2]
    chapter, slot = volume.hand_over(examined, cast)
    volume.seal_often(examined, cast.verifier, manager)
    volume.remember(play.application, cast)
    volume.redate(RIS, manager)
    signing = [a for a in applications if a.state == ApplicationState.CONVENTION_SIGNING]
    volume.decide(signing, applications[-MANY // 2 :], cast.vendor, staff["bernard.roy"])
    volume.accept_all(moved, cast.vendor)
    _revise_all(moved, manager)
    volume.mail()
    volume.staff(RIS)
    world.words |= {
        "examined": examined.number, "examined_chapter": chapter, "examined_slot": slot.key,
        "examined_requirement": slot.requirement.requirement.code, "moved": moved.number,
    }  # fmt: skip
    return examined


def _grow_programme() -> None:
    """The shipped programme with 250 requirements in its first chapter."""
    whole = next(p.definition for p in read_tree(DEFINITIONS).programmes if p.definition.code == RIS)
    first = whole.chapters[0]
    grown: list[Requirement] = list(first.requirements)
    n = 0
    while len(grown) < MANY:
        for requirement in first.requirements:
            n += 1
            grown.append(_renamed(requirement, n))
    chapters = (first.model_copy(update={"requirements": tuple(grown[:MANY])}), *whole.chapters[1:])
    load_draft(actor=SYSTEM, definition=whole.model_copy(update={"chapters": chapters}))
    publish(actor=SYSTEM, programme_code=RIS, reason="Volume", effective_on=clock.paris_date(clock.now()))


def _revise_all(moved: Application, manager: User) -> None:
    """A revision that changed every text of the largest chapter, a file that went to it, and a draft after it."""
    _change_all(" Chaque écran montre la date de naissance du patient.")
    actor = standing_of(manager)
    today = clock.paris_date(clock.now())
    revision = publish(actor=actor, programme_code=RIS, reason="Volume", effective_on=today)
    move_file(actor=actor, number=moved.number, revision_number=revision.number)
    _change_all(" La date de la capture se lit.")


def _change_all(words: str) -> None:
    """A draft in which every text of the largest chapter changed."""
    edit = Edit(draft_definition(draft()))
    for requirement in edit.raw["chapters"][0]["requirements"]:
        requirement["statement"]["fr"] += words * 3
        for scenario in requirement["scenarios"]:
            for proof in scenario["proofs"]:
                proof["text"]["fr"] += words
    edit_draft(actor=SYSTEM, programme_code=RIS, seen_version=draft().version, definition=edit.definition)


def _renamed(requirement: Requirement, n: int) -> Requirement:
    scenarios = tuple(
        s.model_copy(
            update={
                "key": f"{s.key}-{n}",
                "proofs": tuple(
                    p.model_copy(update={"key": f"{p.key}-{n}", "code": f"{p.code}-{n}"}) for p in s.proofs
                ),
            }
        )
        for s in requirement.scenarios
    )
    return requirement.model_copy(
        update={"key": f"{requirement.key}-{n}", "code": f"{requirement.code}-{n}", "scenarios": scenarios}
    )


def _people(nadia: User) -> list[User]:
    """250 colleagues."""
    people = User.objects.bulk_create(
        User(
            issuer=ISSUER,
            subject=f"colleague-{n}",
            given_name=f"Prénom{n}",
            family_name=f"Nom{n}",
            name_norm=fold(f"Prénom{n} Nom{n}"),
            email=f"colleague-{n}@clairvue.example",
        )
        for n in range(MANY)
    )
    company = Company.objects.get()
    Membership.objects.bulk_create(
        Membership(user=u, company=company, role=CompanyRole.EMPLOYEE, since=clock.now()) for u in people
    )
    return people


def _applications(model: Application, nadia: User) -> list[Application]:
    """Products with a file each: 250 that the agency examines, others in every state it sees; parts as in the model."""
    now = clock.now()
    submitted, eligible = ApplicationState.SUBMITTED, ApplicationState.ELIGIBLE
    examined = ((submitted, Turn.AGENCY), (eligible, Turn.AGENCY))
    with_vendor = ((eligible, Turn.VENDOR), (ApplicationState.TO_MODIFY, Turn.VENDOR))
    listed = ((ApplicationState.LISTED, Turn.NOBODY),)
    # One half awaits the college, the other the agency's signature (volume.decide).
    signing = ((ApplicationState.CONVENTION_SIGNING, Turn.THIRD_PARTY),)
    states = [
        of[n % len(of)]
        for of, count in ((examined, MANY), (with_vendor, MANY // 4), (signing, MANY), (listed, MANY // 2))
        for n in range(count)
    ]
    products = Product.objects.bulk_create(
        Product(
            company=model.company,
            reference=f"P{n:08d}",
            name=f"Logiciel {n:03d}",
            name_norm=f"logiciel {n:03d}",
            description="Un logiciel parmi d’autres.",
            responsible=nadia,
            created_by=nadia,
            created_at=now,
        )
        for n in range(len(states))
    )
    versions = Version.objects.bulk_create(Version(product=p, label="1.0", created_at=now) for p in products)
    rows = []
    for n, version in enumerate(versions):
        state, turn = states[n]
        since = now - timedelta(hours=n)
        rows.append(
            Application(
                number=f"9{n:05d}",
                programme=model.programme,
                revision=model.revision,
                company=model.company,
                version=version,
                product_name=version.product.name,
                version_label=version.label,
                company_name=model.company_name,
                title_norm=fold(f"{version.product.name} {version.label}"),
                facts=model.facts,
                state=state,
                state_since=since,
                turn=turn,
                turn_since=since,
                referent=model.referent,
                first_submitted_at=since,
                expected=model.expected,
                given=model.expected if state in PROVEN else 0,
                conform=model.expected if state in PROVEN else 0,
                created_by=nadia,
                created_at=since,
                changed_at=since,
            )
        )
    applications = Application.objects.bulk_create(rows)
    parts = list(Part.objects.filter(application=model))
    for application in applications:
        Part.objects.bulk_create(
            Part(
                application=application,
                key=p.key,
                kind=p.kind,
                position=p.position,
                state=p.state,
                state_since=p.state_since,
                round=p.round,
                first_submitted_at=p.first_submitted_at,
                expected=p.expected,
            )
            for p in parts
        )
    return applications


def _rounds(examined: list[Application], nadia: User) -> None:
    """What each of them handed in, and a verifier examines: the administrative file, or its first chapter."""
    parts: dict[int, dict[str, Part]] = {}
    for part in Part.objects.filter(application__in=examined).order_by("-position"):
        of = parts.setdefault(part.application_id, {})
        if part.kind == PartKind.FORM:
            of.setdefault(PartKind.FORM, part)  # the last form decides
        elif part.kind == PartKind.CHAPTER and part.expected:
            of[PartKind.CHAPTER] = part
    kinds = {ApplicationState.SUBMITTED: PartKind.FORM, ApplicationState.ELIGIBLE: PartKind.CHAPTER}
    Round.objects.bulk_create(
        Round(
            part=parts[a.pk][kinds[ApplicationState(a.state)]],
            n=2,  # parts as in the model: its own round was the first
            submitted_by=nadia,
            submitted_at=a.turn_since,
            snapshot="{}",
            sha256="0" * 64,
        )
        for a in examined
    )


def _acts(applications: list[Application], nadia: User) -> None:
    with transaction.atomic():
        for application in applications:
            record(
                chain=f"application:{application.number}",
                event="applications.application.opened",
                actor_ref=nadia.ref,
                product=application.version.product.reference,
                programme=RIS,
                revision=1,
            )


def _awards(applications: list[Application]) -> None:
    now = clock.now()
    Award.objects.bulk_create(
        Award(
            application=a,
            number=f"RIS-VA2-2026-{n:04d}",
            pronounced_at=now - timedelta(days=n),
            entry_into_force_on=clock.paris_date(now - timedelta(days=n)),
            snapshot="{}",
        )
        for n, a in enumerate(applications)
    )


def _messages(first: Application, others: list[Application], nadia: User, camille: User) -> None:
    now = clock.now()
    Message.objects.bulk_create(
        Message(
            application=application,
            author=(camille, nadia)[n % 2],
            from_agency=n % 2 == 0,
            body=f"Message {n} : merci de votre réponse.",
            at=now - timedelta(minutes=MANY - n),
        )
        for n, application in enumerate([*others, *[first] * MANY])
    )


def _notices(person: User, number: str) -> None:
    now = clock.now()
    models = list(Notice.objects.filter(user=person)[:1]) or list(Notice.objects.all()[:1])
    Notice.objects.bulk_create(
        Notice(
            user=person,
            kind=models[0].kind,
            application_number=number,
            params=models[0].params,
            dedupe_key=f"picture-{person.pk}-{n}",
            at=now - timedelta(hours=n),
            read_at=now if n > 20 else None,
        )
        for n in range(MANY)
    )


WORLDS: dict[str, Callable[[], World]] = {
    "empty": empty,
    "usual": usual,
    "long": long,
    "many": many,
    "phone": phone,
}


def make(name: str) -> None:
    """On an empty Jalon."""
    WORLDS[name]().write()
