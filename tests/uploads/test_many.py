"""Many files at once: announced, held, confirmed, placed; from folders and archives; nothing twice, nothing lost."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jalon.applications.models import Part
from jalon.applications.states import ChapterState, PartKind
from jalon.core import clock
from jalon.documents import storage
from jalon.documents.models import Content, Document, SealOutcome
from jalon.evidence.actions.deposits import request_not_applicable
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.queries import applicable
from jalon.evidence.states import SlotState
from jalon.jobs.models import Job
from jalon.jobs.queue import run_due
from jalon.journal.models import Entry
from jalon.reviews.actions.sealing import seal_file, settle_sealed_file
from jalon.uploads import rules
from jalon.uploads.actions import GIVEN_UP, many, sweep_uploads
from jalon.uploads.actions.many import Announced, announce_files, confirm_files, place_files, take_files
from jalon.uploads.models import Upload
from jalon.uploads.queries import many as reading
from jalon.uploads.queries.many import Plan, Target, Targets, plan_for
from jalon.uploads.states import UploadState
from tests.documents.antivirus import EICAR
from tests.sentences import as_written
from tests.uploads.conftest import Sender, padded, sender_of
from tests.web.vendors import query_count


def paper(n: int = 0) -> bytes:
    return padded(1000 + n)


@pytest.fixture
def codes(sender) -> list[tuple[str, str]]:
    """(code as vendors write it, key) of the slots that take a PDF, in the order of the programme."""
    targets = targets_of(sender).values()
    return [(t.code.replace("/", "_"), t.key) for t in targets if not t.refusal("a.pdf", 10)]


def plan_of(sender: Sender, announced: list[tuple[str, int]] = ()) -> Plan:
    if announced:
        announce_files(
            actor=sender.world["agent"],
            number=sender.world.number,
            files=[Announced(*file) for file in announced],
        )
    return plan_for(sender.world["agent"], sender.world.application)


def targets_of(sender: Sender) -> Mapping[str, Target]:
    return Targets(sender.world.application).by_key


def hand_in(sender: Sender, files: dict[str, bytes]) -> Plan:
    """They arrive, and are looked at."""
    take_files(
        actor=sender.world["agent"],
        number=sender.world.number,
        files=[(Announced(path, len(data)), [data]) for path, data in files.items()],
    )
    run_due(strict=True)
    return plan_of(sender)


def confirm(sender: Sender, *, replacing: tuple[str, ...] = (), **picks: str) -> int:
    plan = plan_of(sender)
    matched = {
        line.upload.token: filling.target.key
        for filled in plan.matched for filling in filled.fillings for line in filling.lines
    }  # fmt: skip
    named = {line.upload.token: picks[line.upload.name] for line in plan.lines if line.upload.name in picks}
    return confirm_files(
        actor=sender.world["agent"],
        number=sender.world.number,
        picks={**matched, **named},
        replacing=replacing,
    )


def fates(plan: Plan) -> dict[str, str]:
    return {line.upload.path: line.fate.value for line in plan.lines}


def placed() -> list[tuple[str, str]]:
    found = ProofItem.objects.filter(proof__superseded_at=None, backs=False)
    return sorted(found.values_list("document__name", "proof__slot__item_key"))


def zipped(entries: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def objects(files_dir):
    return sorted(p for p in files_dir.rglob("*") if p.is_file())


def test_nothing_is_placed_before_the_confirmation_and_all_of_it_once_after(sender, codes, files_dir):
    (first, key), (second, other) = codes[:2]
    before = objects(files_dir)
    plan = hand_in(sender, {
        f"preuves/{first}_a.pdf": paper(1), f"preuves/{second}/b.pdf": paper(2), "preuves/sans code.pdf": paper(3),
        "preuves/.DS_Store": b"x", f"preuves/{first}.exe": b"MZ", f"preuves/{first} vide.pdf": b"",
        f"preuves/{first} faux.pdf": b"MZ" + bytes(300),
    })  # fmt: skip
    assert fates(plan) == {
        f"preuves/{first}_a.pdf": "matched", f"preuves/{second}/b.pdf": "matched",
        "preuves/sans code.pdf": "unknown", f"preuves/{first}.exe": "refused", f"preuves/{first} vide.pdf": "refused",
        f"preuves/{first} faux.pdf": "refused",
    }  # fmt: skip
    assert (placed(), Document.objects.filter(name="a.pdf").count(), Slot.objects.count()) == ([], 0, 0)
    assert (confirm(sender), confirm(sender)) == (2, 0)
    run_due(strict=True)
    place_files(application_id=sender.world.application.pk, user_id=sender.world.users["agent"].pk)
    assert placed() == [(f"{first}_a.pdf", key), ("b.pdf", other)]
    events = Entry.objects.filter(event="uploads.files.confirmed")
    assert [entry.payload for entry in events] == ['{"files":2,"slots":2}']
    assert len(objects(files_dir)) == len(before) + 3  # what waits for its code is kept
    many.clear_files(actor=sender.world["agent"], application=sender.world.application)
    assert (len(objects(files_dir)), Upload.objects.count()) == (len(before) + 2, 0)


def test_a_file_that_was_announced_goes_on_where_it_was(sender, codes):
    data, path = paper(), f"preuves/{codes[0][0]}.pdf"
    announced = announce_files(
        actor=sender.world["agent"], number=sender.world.number, files=[Announced(path, len(data))]
    )
    where = f"{sender.base}/{announced[0].token}"
    sender.patch(where, 0, data[:500])
    assert plan_of(sender).lines[0].received == 500
    again = announce_files(
        actor=sender.world["agent"], number=sender.world.number, files=[Announced(path, len(data))]
    )
    assert again == announced
    assert sender.head(where)["Upload-Offset"] == "500"
    sender.patch(where, 500, data[500:])
    assert (sender.state(where)["state"], fates(plan_of(sender))) == (UploadState.HELD, {path: "matched"})


def announced_again(sender, path, size, mark):
    (row,) = announce_files(
        actor=sender.world["agent"], number=sender.world.number, files=[Announced(path, size, mark)]
    )
    return row


@pytest.mark.parametrize("had", [1000, 3000], ids=["cut", "held"])
def test_a_file_that_was_corrected_takes_the_place_of_what_came_before(sender, codes, files_dir, had):
    """Of the same name and size: neither the old bytes nor a mixture of both."""
    path, old = f"preuves/{codes[0][0]}.pdf", padded(3000)
    new = old.replace(b"x", b"y")
    first = announced_again(sender, path, len(old), "at 1")
    sender.patch(f"{sender.base}/{first.token}", 0, old[:had])
    again = announced_again(sender, path, len(new), "at 2")
    sender.patch(f"{sender.base}/{again.token}", 0, new)
    assert (again.pk != first.pk, list(fates(plan_of(sender)).values())) == (True, ["matched"])
    confirm(sender)
    run_due(strict=True)
    assert Document.objects.get(name=f"{codes[0][0]}.pdf").sha256 == sha256(new).hexdigest()
    assert (Upload.objects.filter(pk=first.pk).exists(), storage.parts().sizes()) == (False, {})


def test_a_corrected_file_of_the_plain_form_is_another_one(sender, codes):
    url, old = f"/candidatures/{sender.world.number}/preuves/fichiers", padded(3000)
    for data in (old, old, old.replace(b"x", b"y")):
        sender.client.post(f"{url}/envoi", {"files": [SimpleUploadedFile(f"{codes[0][0]}.pdf", data)]})
        run_due(strict=True)
    assert [row.sha256 for row in Upload.objects.all()] == [sha256(data).hexdigest()]


def test_a_file_on_which_the_machine_fails_keeps_no_other_from_its_place(sender, codes, monkeypatch):
    (first, key), (second, other) = codes[:2]
    hand_in(sender, {f"{first}.pdf": paper(1), f"{second}.pdf": paper(2)})
    assert confirm(sender) == 2
    place = many.place

    def failing(*, upload, **rest):
        if upload.item_key == key:
            raise OSError("the disk is full")
        return place(upload=upload, **rest)

    who = {"application_id": sender.world.application.pk, "user_id": sender.world.users["agent"].pk}
    monkeypatch.setattr(many, "place", failing)
    with pytest.raises(ExceptionGroup, match="1 confirmed files have no place yet"):
        place_files(**who)
    assert placed() == [(f"{second}.pdf", other)]
    monkeypatch.setattr(many, "place", place)
    place_files(**who)
    assert placed() == [(f"{first}.pdf", key), (f"{second}.pdf", other)]


def test_what_found_no_place_for_a_day_is_asked_about_again(sender, codes):
    """A way into a slot keeps a date open: it must not last for ever."""
    hand_in(sender, {f"{codes[0][0]}.pdf": paper()})
    assert confirm(sender) == 1
    Upload.objects.update(arrived_at=clock.now() - GIVEN_UP, expires_at=clock.now())
    sweep_uploads()
    [row] = Upload.objects.all()
    assert (row.state, row.item_key, as_written(row.message)) == (
        UploadState.HELD, codes[0][1], "Ce fichier n’a pas pu être rangé. Choisissez à nouveau sa place.",
    )  # fmt: skip
    run_due(strict=True)
    assert placed() == []
    assert confirm(sender, **{row.name: codes[0][1]}) == 1
    run_due(strict=True)
    assert placed() == [(row.name, codes[0][1])]


def test_what_a_person_picks_goes_there(sender, codes):
    (code, _), (_other, key) = codes[:2]
    plan = hand_in(
        sender, {"film.pdf": paper(1), f"{code.rpartition('.')[0].rpartition('.')[0]}.pdf": paper(2)}
    )
    assert sorted(fates(plan).values()) == ["asked", "unknown"]
    assert confirm(sender, **{"film.pdf": key}) == 1
    run_due(strict=True)
    assert placed() == [("film.pdf", key)]
    assert fates(plan_of(sender))["film.pdf"] == "done"


def test_the_same_content_again_is_nothing_to_do(sender, codes):
    data = paper()
    sender.send(data)
    code = next(written for written, key in codes if key == sender.slot.key)
    plan = hand_in(sender, {f"{code}.pdf": data})
    assert (list(fates(plan).values()), confirm(sender)) == (["same"], 0)


def test_but_under_a_reason_it_takes_the_request_back(sender, codes):
    data = paper()
    sender.send(data)
    code, key = next(pair for pair in codes if pair[1] == sender.slot.key)
    agent, number = sender.world["agent"], sender.world.number
    request_not_applicable(actor=agent, number=number, item_key=key, reason="Il n’imprime pas.")
    plan = hand_in(sender, {f"{code}.pdf": data})
    assert (list(fates(plan).values()), confirm(sender)) == (["matched"], 1)
    run_due(strict=True)
    assert Slot.objects.get(item_key=key).state == SlotState.DEPOSITED


def test_beside_what_is_there_or_instead_of_it(sender, codes):
    code, key = next(pair for pair in codes if pair[1] == sender.slot.key)
    sender.send(paper(1), "ancienne.pdf")
    hand_in(sender, {f"{code}_b.pdf": paper(2)})
    confirm(sender)
    run_due(strict=True)
    assert [name for name, _ in placed()] == [f"{code}_b.pdf", "ancienne.pdf"]
    hand_in(sender, {f"{code}_c.pdf": paper(3), f"{code}_d.pdf": paper(4)})
    confirm(sender, replacing=(key,))
    run_due(strict=True)
    assert [name for name, _ in placed()] == [f"{code}_c.pdf", f"{code}_d.pdf"]
    past = Proof.objects.filter(superseded_at__isnull=False)
    assert [proof.items.count() for proof in past] == [2]  # on record


def test_a_slot_takes_no_more_than_it_has_room_for(sender, codes):
    code, key = codes[0]
    plan = plan_of(sender)
    assert plan.lines == ()
    plan = hand_in(sender, {f"{code} {chr(97 + n)}.pdf": paper(n) for n in range(22)})
    assert sorted(fates(plan).values()) == ["matched"] * 20 + ["waiting"] * 2
    assert {as_written(line.why) for line in plan.lines if line.why} == {
        "20 pièces au plus : retirez-en une d’abord."
    }
    confirm(
        sender, **{f"{code} {chr(97 + n)}.pdf": key for n in range(22)}
    )  # a form that asks for more all the same
    run_due(strict=True)
    assert (len(placed()), plan_of(sender).count["waiting"]) == (20, 2)  # nothing is lost


@pytest.mark.parametrize("state", [SlotState.CONFORMING, SlotState.NA_ACCEPTED])
def test_a_slot_that_closed_meanwhile_keeps_its_door_shut(sender, codes, state):
    code = next(written for written, key in codes if key == sender.slot.key)
    sender.send(paper(1))
    hand_in(sender, {f"{code}.pdf": paper(2)})
    confirm(sender)
    Slot.objects.update(state=state)
    run_due(strict=True)
    (line,) = plan_of(sender).lines
    assert (line.fate.value, "verrouillée" in line.why, len(placed())) == ("waiting", True, 1)
    assert fates(plan_of(sender, [(f"{code} autre.pdf", 10)]))[f"{code} autre.pdf"] == "refused"


def test_what_no_slot_can_take_is_refused_before_any_byte(sender, codes):
    code = codes[0][0]
    Part.objects.filter(kind=PartKind.CHAPTER).update(state=ChapterState.SUBMITTED)
    (line,) = plan_of(sender, [(f"{code}.pdf", 10)]).lines
    assert (line.fate.value, "rappelez-le" in line.why, storage.parts().sizes()) == ("refused", True, {})
    Part.objects.filter(kind=PartKind.CHAPTER).update(state=ChapterState.RESUBMITTED)
    (line,) = plan_of(sender).lines
    assert "« Resoumis »" in as_written(line.why)  # as of now, not of then
    Part.objects.filter(kind=PartKind.CHAPTER).update(state=ChapterState.TO_MODIFY)
    (line,) = plan_of(sender).lines
    assert (line.fate.value, "envoyez ce fichier encore une fois" in line.why) == ("refused", True)


def test_a_proof_that_is_not_asked_for_is_closed(sender, monkeypatch):
    target, *_others = targets_of(sender).values()
    perimeter = applicable(sender.world.application)
    nothing = replace(perimeter, requirements=())
    monkeypatch.setattr(reading, "applicable", lambda _application: nothing)
    (line,) = plan_of(sender, [(f"{target.code}.pdf", 10)]).lines
    assert (line.fate.value, line.why) == ("refused", "Cette preuve n’est pas demandée à votre candidature.")


def test_an_archive_is_opened_like_a_folder(sender, codes, files_dir):
    (first, key), (second, other) = codes[:2]
    before = objects(files_dir)
    data = zipped({
        f"{first} a.pdf": paper(1), f"b/{second}.pdf": paper(2), "__MACOSX/x": b"x", f"{first}.html": b"<p>",
        "plus.zip": zipped({"a.pdf": paper(3)}),
    })  # fmt: skip
    plan = hand_in(sender, {"Preuves de Clairvue.zip": data})
    folder = "Preuves de Clairvue"
    assert fates(plan) == {
        f"{folder}/{first} a.pdf": "matched", f"{folder}/b/{second}.pdf": "matched",
        f"{folder}/{first}.html": "refused", f"{folder}/plus.zip": "refused",
    }  # fmt: skip
    assert storage.parts().sizes() == {}
    confirm(sender)
    run_due(strict=True)
    assert placed() == [(f"{first} a.pdf", key), (f"{second}.pdf", other)]
    assert len(objects(files_dir)) == len(before) + 2


def test_an_archive_that_was_being_opened_goes_on(sender, codes, monkeypatch):
    from jalon.uploads.actions import archives

    def die(*_of, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(archives, "begin_check", die)
        with pytest.raises(KeyboardInterrupt):
            hand_in(
                sender, {"tout.zip": zipped({f"{codes[0][0]}.pdf": paper(1), f"{codes[1][0]}.pdf": paper(2)})}
            )
    Job.objects.update(state="waiting", lease_until=None)
    run_due(strict=True)
    assert sorted(fates(plan_of(sender)).values()) == ["matched", "matched"]


def bomb() -> bytes:
    return zipped({"a.pdf": bytes(40 * 1024 * 1024)})


def encrypted() -> bytes:
    data = bytearray(zipped({"a.pdf": b"x"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def torn() -> bytes:
    """An entry whose bytes are not what its index says."""
    whole = zipped({"sans code.pdf": paper()}, zipfile.ZIP_STORED)
    return whole.replace(b"xxxx", b"yyyy", 1)


HOSTILE = {
    "bomb": (bomb, "démesurée"),
    "climbing": (lambda: zipped({"../../etc/a.pdf": b"x"}), "sort"),
    "encrypted": (encrypted, "mot de passe"),
    "no archive": (lambda: b"PK\x03\x04" + bytes(200), "endommagé"),
    "empty": (lambda: zipped({}), "aucun fichier"),
    "torn": (torn, "abîmé dans l’archive"),
    "odd packing": (lambda: zipped({"sans code.pdf": paper()}, zipfile.ZIP_LZMA), "abîmé dans l’archive"),
    "too many": (lambda: zipped({f"{n}.pdf": b"x" for n in range(30)}), "fichiers au plus"),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_hostile_archive_is_refused_and_leaves_nothing(sender, codes, files_dir, monkeypatch, how):
    monkeypatch.setattr(many, "MOST_OF_MANY", 25)
    before = objects(files_dir)
    make, words = HOSTILE[how]
    plan = hand_in(sender, {"tout.zip": make()})
    assert {line.fate.value for line in plan.lines} == {"refused"}
    assert words in as_written(plan.lines[0].why)
    assert (objects(files_dir), placed()) == (before, [])
    assert list(fates(hand_in(sender, {f"{codes[0][0]}.pdf": paper()})).values()).count("matched") == 1


def test_an_archive_that_is_a_proof_stays_whole(sender):
    target = next((t for t in targets_of(sender).values() if not t.refusal("a.zip", 10)), None)
    assert target is not None
    code = target.code.replace("/", "_")
    assert fates(hand_in(sender, {f"{code}.zip": zipped({"a.txt": b"x"})}))[f"{code}.zip"] == "matched"


def test_what_the_antivirus_finds_is_not_held(sender, codes, files_dir, clamd):
    before = objects(files_dir)
    infected = padded(3000).replace(b"x" * len(EICAR), EICAR, 1)
    plan = hand_in(
        sender, {"tout.zip": zipped({f"{codes[0][0]}.pdf": infected, f"{codes[1][0]}.pdf": paper()})}
    )
    assert sorted(fates(plan).values()) == ["matched", "refused"]
    assert len(objects(files_dir)) == len(before) + 1


def test_what_nobody_confirms_goes_after_a_while(sender, codes, files_dir):
    before = objects(files_dir)
    hand_in(sender, {f"{codes[0][0]}.pdf": paper()})
    sweep_uploads()
    assert len(objects(files_dir)) == len(before) + 1
    Upload.objects.update(expires_at=clock.now() - rules.LIFE)
    sweep_uploads()
    assert (objects(files_dir), Upload.objects.count(), Content.objects.filter(documents=None).count()) == (
        before, 0, 0,
    )  # fmt: skip


@pytest.mark.any_database("as many statements on either")
def test_as_many_queries_for_three_files_as_for_one(sender, codes):
    page = f"/candidatures/{sender.world.number}/preuves/fichiers"
    hand_in(sender, {f"{codes[0][0]}.pdf": paper(1)})
    one = query_count(lambda: sender.client.get(page))
    hand_in(
        sender, {f"{codes[0][0]} b.pdf": paper(2), f"{codes[1][0]}.pdf": paper(3), "sans code.pdf": paper(4)}
    )
    assert query_count(lambda: sender.client.get(page)) == one


def test_another_person_of_the_company_has_a_list_of_their_own(sender, codes):
    hand_in(sender, {f"{codes[0][0]}.pdf": paper()})
    delegate = sender_of(sender.world, "delegate")
    assert plan_for(sender.world["delegate"], sender.world.application).lines == ()
    token = Upload.objects.get().token
    picks = {token: codes[0][1]}
    assert confirm_files(actor=sender.world["delegate"], number=sender.world.number, picks=picks) == 0
    assert delegate.client.get(f"{sender.base}/{token}").status_code == 404


# --- The page without JavaScript


def test_the_plain_form_takes_files_and_asks_about_codes(sender, codes):
    page = f"/candidatures/{sender.world.number}/preuves/fichiers"
    named, other = io.BytesIO(paper(1)), io.BytesIO(paper(2))
    named.name, other.name = f"{codes[0][0]}.pdf", "sans code.pdf"
    assert sender.client.post(f"{page}/envoi", {"files": [named, other]}).status_code == 303
    run_due(strict=True)
    tokens = {upload.name: upload.token for upload in Upload.objects.all()}
    go, typed = f"go:{tokens[named.name]}", f"code:{tokens[other.name]}"
    answer = sender.client.post(f"{page}/ranger", {go: codes[0][1], typed: "XYZ 9"})
    assert (answer.status_code, placed()) == (422, [])
    assert "aucune preuve n’a le code « XYZ 9 »" in as_written(answer.content.decode())
    assert (
        sender.client.post(f"{page}/ranger", {go: codes[0][1], typed: codes[1][0].lower()}).status_code == 303
    )
    run_due(strict=True)
    assert placed() == sorted([(named.name, codes[0][1]), (other.name, codes[1][1])])
    assert sender.client.post(f"{page}/envoi", {}).status_code == 422
    assert sender.client.post(f"{page}/vider", {}).status_code == 303


@pytest.mark.parametrize(
    "files",
    [
        "", "3", '{"files": []}', '[{"path": 1, "size": 2}]', '[{"path": "a", "size": -1}]',
        '[{"path": "a", "size": true}]', '[{"path": "a"}]', "[" * 10_000, '["a"]',
        '[{"path": "a", "size": 2, "modified": "hier"}]', '[{"path": "a", "size": 2, "modified": -1}]',
    ],
)  # fmt: skip
def test_an_announcement_that_says_nonsense_is_refused(sender, files):
    address = f"/candidatures/{sender.world.number}/preuves/fichiers/annonce"
    assert sender.client.post(address, {"files": files}).status_code == 400


def test_a_name_of_halves_of_characters_is_kept_legible(sender):
    address = f"/candidatures/{sender.world.number}/preuves/fichiers/annonce"
    files = '[{"path": "a/\\ud800\\u202e/..//b\\u0000.pdf", "size": 3}]'
    assert sender.client.post(address, {"files": files}).status_code == 200
    assert Upload.objects.get().path == "a/?/b.pdf"


def test_what_is_destroyed_on_two_peoples_word_waits_nowhere_either(sender, codes, files_dir):
    """R9: a copy that was held for a place goes with the bytes; what else waits stays."""
    data, other, company = padded(4242), padded(4343), sender.world
    hand_in(sender, {"sans code.pdf": data, "autre.pdf": other})
    sender.send(data)
    chapter = sender.slot.requirement.chapter.key
    company.give(chapter).play.submit_chapters([chapter])
    document = Document.objects.get(content__sha256=sha256(data).hexdigest())
    named = {"number": company.number}
    seal = seal_file(actor=company["verifier"], **named, document_id=document.pk, reason="health")
    assert Upload.objects.filter(name="sans code.pdf").exists()  # the seal may be lifted
    settle_sealed_file(actor=company["manager"], **named, seal_id=seal.pk, outcome=SealOutcome.DESTROYED)
    run_due(strict=True)
    seal.refresh_from_db()
    kept = [path.read_bytes() for path in objects(files_dir)]
    assert (seal.destroyed_at is None, data in kept, other in kept) == (False, False, True)
    assert [row.name for row in Upload.objects.filter(state=UploadState.HELD)] == ["autre.pdf"]
