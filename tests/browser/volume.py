"""Lists of 250 rows for the pictures: what would take minutes through the actions, written row by row.

Rows as the actions leave them. What the product's own action does quickly enough, it does here too.
"""

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import cycle, islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from jalon.accounts.models import StaffRole, User
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import (
    Application,
    GateOverride,
    Part,
    Round,
    VersionDecision,
    VersionDeclaration,
)
from jalon.applications.states import ChapterState, PartKind, RoundOutcome
from jalon.awards.models import Convention, Opinion, Signature
from jalon.awards.states import ConventionState, OpinionOutcome, Party
from jalon.core import clock
from jalon.core.text import fold
from jalon.demo.play import Cast, Play
from jalon.demo.samples import sample_png
from jalon.documents.models import Content, Document, Scan, Seal, SealOutcome, SealReason
from jalon.evidence.actions.deposits import deposit_file
from jalon.evidence.models import ItemKind, Proof, ProofItem, Slot
from jalon.evidence.queries import SlotView, slot_views
from jalon.evidence.states import SlotState
from jalon.journal.actions import record
from jalon.notices.delivery import deliver
from jalon.notices.models import Mail, MailState
from jalon.programmes.models import Gate, GateKind, Programme
from jalon.reviews.actions.examination import open_chapter
from jalon.reviews.models import Move, Outcome, Verdict
from jalon.reviews.rules.moves import REPORTED
from jalon.reviews.states import MoveKind

MANY = 250
PIECES = 20  # the most that a proof takes
SEALED = 20  # of 250 seals, those on which a second person has not spoken
SENT_BACK = (
    "L’écran est coupé : la date de naissance ne se lit pas. Une capture de la fenêtre entière suffit."
)
CHANGES = (
    "Correctif de sécurité de la bibliothèque XML, et affichage du trait d’identité corrigé sur tablette."
)


# --- A chapter under examination ------------------------------------------------------------------------------


def hand_over(application: Application, cast: Cast) -> tuple[str, SlotView]:
    """The largest chapter handed in, its examination begun: names and rows, bytes in one slot only.

    The chapter, and that slot: sent back 250 times, given anew with twenty pieces.
    """
    play = Play(cast, application.number)
    chapter = play.chapters()[0]
    part = Part.objects.get(application=application, key=f"chapter:{chapter}")
    views = slot_views(application, chapter)
    shown = next(view for view in views if {"screenshots", "video-link"} <= set(view.expected.kinds))
    fill([view for view in views if view is not shown], part, cast.vendor, SlotState.DEPOSITED)
    _send_back_often(shown, part, cast)
    for n in range(1, PIECES):  # beside what was given last
        name, data = f"capture_{n:02d}.png", sample_png(n)
        document_id = play._receive(name, data).pk
        deposit_file(actor=play.vendor, number=play.number, item_key=shown.key, document_id=document_id)
    play.submit_chapters([chapter])
    open_chapter(actor=play.verifier, number=play.number, chapter=chapter)
    return chapter, shown


def accept_all(application: Application, person: User) -> None:
    """The largest chapter with all its proofs accepted."""
    part = application.parts.filter(kind=PartKind.CHAPTER).order_by("position")[0]
    views = slot_views(application, part.key.removeprefix("chapter:"))
    fill(views, part, person, SlotState.CONFORMING)
    Proof.objects.filter(slot__part=part).update(submitted_at=clock.now())
    Part.objects.filter(pk=part.pk).update(
        state=ChapterState.VALIDATED, round=1, first_submitted_at=clock.now(),
        expected=len(views), given=len(views), conform=len(views),
    )  # fmt: skip


def fill(views: Sequence[SlotView], part: Part, person: User, state: SlotState) -> None:
    """A file in each slot: its name, no bytes."""
    now, company = clock.now(), part.application.company_id
    contents = Content.objects.bulk_create(
        Content(
            company_id=company, sha256=f"{part.pk:032x}{n:032x}", size=10**6 + n * 4099,
            storage_key=f"volume/{part.pk}/{n}", scan=Scan.CLEAN, added_at=now,
        )
        for n in range(len(views))
    )  # fmt: skip
    documents = Document.objects.bulk_create(
        Document(
            content=content, name=f"{view.expected.code.replace('/', '_')}_capture.png",
            media_type="image/png", added_at=now,
        )
        for content, view in zip(contents, views, strict=True)
    )  # fmt: skip
    slots = Slot.objects.bulk_create(
        Slot(application=part.application, part=part, item_key=view.key, state=state) for view in views
    )
    proofs = Proof.objects.bulk_create(
        Proof(slot=slot, n=1, added_by=person, added_at=now - timedelta(minutes=n))
        for n, slot in enumerate(slots)
    )
    ProofItem.objects.bulk_create(
        ProofItem(
            proof=proof, position=0, kind=ItemKind.FILE, proof_kind=view.expected.kinds[0], document=document,
            added_by=person, added_at=now,
        )
        for proof, view, document in zip(proofs, views, documents, strict=True)
    )  # fmt: skip


def _send_back_often(view: SlotView, part: Part, cast: Cast) -> None:
    """One slot given and sent back 250 times, each in a hand-over of its own."""
    now = clock.now()
    days = [now - timedelta(days=MANY - n) for n in range(MANY)]
    slot = Slot.objects.create(
        application=part.application, part=part, item_key=view.key, state=SlotState.TO_MODIFY, returned_n=MANY
    )
    rounds = Round.objects.bulk_create(
        Round(
            part=part, n=n, submitted_by=cast.vendor, submitted_at=day, snapshot="{}", sha256="0" * 64,
            outcome=RoundOutcome.RETURNED, closed_by=cast.verifier, closed_at=day + timedelta(hours=2),
        )
        for n, day in enumerate(days, start=1)
    )  # fmt: skip
    proofs = Proof.objects.bulk_create(
        Proof(
            slot=slot, n=n, comment=f"Nouvel essai, le {n}e." if n > 1 else "", added_by=cast.vendor, added_at=day,
            submitted_at=day, superseded_at=day + timedelta(hours=9) if n < MANY else None,
        )
        for n, day in enumerate(days, start=1)
    )  # fmt: skip
    ProofItem.objects.bulk_create(
        ProofItem(
            proof=proof, position=0, kind=ItemKind.LINK, proof_kind="video-link", added_by=cast.vendor,
            url=f"https://videos.example/recette/{proof.n}", added_at=proof.added_at,
        )
        for proof in proofs
    )  # fmt: skip
    Verdict.objects.bulk_create(
        Verdict(
            proof=proof, round=handed_in, slot_version=1, outcome=Outcome.TO_MODIFY, text=SENT_BACK,
            by=cast.verifier, at=handed_in.closed_at,
        )
        for proof, handed_in in zip(proofs, rounds, strict=True)
    )  # fmt: skip
    Part.objects.filter(pk=part.pk).update(
        state=ChapterState.TO_MODIFY, round=MANY, first_submitted_at=days[0], to_modify=1
    )


def seal_often(application: Application, asked_by: User, decided_by: User) -> None:
    """250 files sealed; on the last of them the word of a second person is still awaited."""
    now = clock.now()
    items = ProofItem.objects.filter(
        proof__slot__application=application, document__content__storage_key__startswith="volume/"
    )
    contents = [item.document.content for item in items.order_by("-pk")[:MANY] if item.document]
    reasons = cycle((SealReason.HEALTH, SealReason.PERSONAL, SealReason.SECRET))
    waiting = contents[:SEALED]
    Content.objects.filter(pk__in=[c.pk for c in waiting]).update(
        sealed_at=now, seal_reason=SealReason.PERSONAL
    )
    Seal.objects.bulk_create(
        Seal(
            content=content, chain=f"application:{application.number}", words="Colonne Patient, première ligne",
            reason=SealReason.PERSONAL if n < SEALED else next(reasons), asked_by=asked_by,
            asked_at=now - timedelta(hours=n),
            **({} if n < SEALED else {
                "outcome": SealOutcome.LIFTED, "decided_by": decided_by, "decided_at": now - timedelta(minutes=n),
            }),
        )
        for n, content in enumerate(contents)
    )  # fmt: skip


# --- What a file tells of its past ----------------------------------------------------------------------------


def remember(application: Application, cast: Cast) -> None:
    """Acts, versions, extensions and declarations of one file, 250 of each."""
    now = clock.now()
    with transaction.atomic():
        for n in range(MANY):
            who = (cast.verifier, cast.vendor)[n % 2]
            record(
                chain=f"application:{application.number}", event="messaging.message.posted", actor_ref=who.ref
            )
    declared = VersionDeclaration.objects.bulk_create(
        VersionDeclaration(
            application=application, n=n, label=f"1.0.{n}", changes=CHANGES, by=cast.vendor,
            at=now - timedelta(days=MANY - n),
        )
        for n in range(1, MANY + 1)
    )  # fmt: skip
    VersionDecision.objects.bulk_create(
        VersionDecision(
            declaration=one, accepted=False, former_label=application.version_label,
            reason="Dites aussi ce qui change dans l’appel à l’INSi.", by=cast.verifier,
            at=one.at + timedelta(hours=5),
        )
        for one in declared[:-1]
    )  # fmt: skip
    GateOverride.objects.bulk_create(
        GateOverride(application=application, set_by=cast.verifier, **_decided(n)) for n in range(MANY)
    )
    Move.objects.bulk_create(
        Move(
            application=application, n=n, kind=MoveKind.FACTS, from_revision=application.revision,
            to_revision=application.revision, before="{}", report=json.dumps({name: [] for name in REPORTED}),
            after="0" * 64, by=cast.vendor, at=now - timedelta(days=MANY - n),
        )
        for n in range(1, MANY + 1)
    )  # fmt: skip


def _decided(n: int) -> dict[str, Any]:
    """The n-th decision about a date."""
    day = clock.paris_date(clock.now()) + timedelta(days=30 + n)
    return {
        "kind": (GateKind.FIRST_PROOFS, GateKind.END_OF_EXCHANGES)[n % 2],
        "wall_time": f"{day}T12:00",
        "due_at": datetime.combine(day, time(12), ZoneInfo("Europe/Paris")),
        "reason": "La plateforme de test était arrêtée pendant trois jours.",
        "set_at": clock.now() - timedelta(days=MANY - n),
    }


def redate(code: str, manager: User) -> None:
    """250 decisions about the dates of the programme."""
    programme = Programme.objects.get(code=code)
    Gate.objects.bulk_create(Gate(programme=programme, set_by=manager, **_decided(n)) for n in range(MANY))


# --- The end of files -----------------------------------------------------------------------------------------


def decide(signing: Sequence[Application], listed: Sequence[Application], vendor: User, member: User) -> None:
    """Of the files in signature, one half awaits the college, the other the agency's signature; the rest is past."""
    now = clock.now()
    favoured = signing[len(signing) // 2 :]
    Opinion.objects.bulk_create(
        Opinion(
            application=application, session_on=clock.paris_date(now - timedelta(days=n // 10)),
            outcome=OpinionOutcome.FAVOURABLE, given_by=member, given_at=now - timedelta(days=n // 10),
        )
        for n, application in enumerate([*favoured, *listed])
    )  # fmt: skip
    content = Content.objects.create(
        sha256="c" * 64, size=48_213, storage_key="volume/convention", scan=Scan.OWN, added_at=now
    )
    paper = Document.objects.create(
        content=content, name="convention.pdf", media_type="application/pdf", added_at=now
    )
    conventions = Convention.objects.bulk_create(
        Convention(
            application=application, n=1, snapshot="{}", state=ConventionState.SIGNING,
            drawn_at=now - timedelta(days=n), unsigned=paper, latest=paper,
        )
        for n, application in enumerate(signing)
    )  # fmt: skip
    Signature.objects.bulk_create(
        Signature(
            convention=convention, party=Party.VENDOR, signer_name=vendor.full_name, signer_email=vendor.email,
            signer_function="Directrice générale", document=paper, evidence=paper,
            signed_at=now - timedelta(hours=n),
        )
        for n, convention in enumerate(conventions[len(signing) // 2 :])
    )  # fmt: skip


# --- People and mails -----------------------------------------------------------------------------------------


def staff(code: str) -> None:
    """250 verifiers of the programme."""
    people = User.objects.bulk_create(
        User(
            staff_login=f"verificateur-{n}@agence.example", given_name=f"Prénom{n}", family_name=f"Nom{n}",
            name_norm=fold(f"Prénom{n} Nom{n}"), email=f"verificateur-{n}@agence.example",
        )
        for n in range(MANY)
    )  # fmt: skip
    StaffRole.objects.bulk_create(
        StaffRole(user=person, role=StaffRoleName.VERIFIER, programme_code=code, since=clock.now())
        for person in people
    )


def mail() -> None:
    """250 mails, as those that the file before gave rise to."""
    models = list(Mail.objects.filter(state=MailState.WAITING)[:10])
    now = clock.now()
    made = Mail.objects.bulk_create(
        Mail(
            recipient=model.recipient, kind=model.kind, params=model.params, dedupe_key=f"volume-{n}",
            due_at=now - timedelta(minutes=n), message_id=f"<volume-{n}@jalon.example>",
        )
        for n, model in enumerate(islice(cycle(models), MANY))
    )  # fmt: skip
    for one in made:
        deliver(one.pk)
