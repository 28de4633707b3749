"""The signature by link (situation 9), the agency's, and both of them in the file."""

import subprocess
from datetime import timedelta

import pytest

from jalon.accounts.models import User
from jalon.accounts.standing import NOBODY
from jalon.awards.actions.conventions import reissue_invitation, renew_link
from jalon.awards.actions.files import DamagedFile, read_pdf
from jalon.awards.actions.signing import (
    WrongCode,
    open_invitation,
    send_code,
    sign_as_agency,
    sign_as_vendor,
)
from jalon.awards.models import Signature, SigningInvitation
from jalon.awards.notices import code_mail, invitation_mail
from jalon.awards.queries import signer_language
from jalon.awards.queries.links import LinkState, document_behind, signing_page
from jalon.awards.secret_links import link_token, nonce_of
from jalon.awards.states import ConventionState, Party
from jalon.connectors.signature import validate
from jalon.core import clock
from jalon.core.errors import NotAllowed, NotVisible, TransitionRefused
from jalon.journal.models import Entry
from jalon.notices.models import Mail
from tests.sentences import as_written


def events() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("event", flat=True))


def pdf_of(document) -> bytes:
    return read_pdf(document)


def text_of(pdf: bytes, tmp_path) -> str:
    file = tmp_path / "read.pdf"
    file.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True
    ).stdout


# --- The link -----------------------------------------------------------------------------------------------


def test_the_link_shows_nothing_before_it_is_opened(world):
    world.draw()
    assert signing_page(world.token).state is LinkState.TO_OPEN
    with pytest.raises(NotVisible):
        document_behind(world.token)


def test_opening_is_recorded_once(world, freeze):
    world.draw()
    world.open()
    first = world.invitation.opened_at
    freeze("2026-11-22T11:00")
    open_invitation(actor=NOBODY, token=world.token, ip="198.51.100.7")
    assert (world.invitation.opened_at, world.invitation.opened_from) == (first, "192.0.2.1")
    assert events().count("awards.invitation.opened") == 1
    assert document_behind(world.token) == world.convention.unsigned


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + "#", lambda t: "x" + t, lambda t: t.split(".")[0], lambda t: t[:0]]
)
def test_a_link_that_we_did_not_make_leads_nowhere(world, change):
    world.draw()
    with pytest.raises(NotVisible):
        signing_page(change(world.token))


def test_neither_database_nor_outbox_holds_the_secrets(world):
    world.draw()
    world.open()
    code = world.ask_code()
    seal = world.token.split(".")[1]
    for mail in Mail.objects.all():
        assert seal not in mail.params
        assert code not in mail.params
    row = SigningInvitation.objects.values().get()
    assert seal not in str(row)
    assert code not in str({k: v for k, v in row.items() if not k.endswith("_at")})


def test_the_seal_depends_on_the_server_key(settings):
    token = link_token("nonce")
    assert nonce_of(token) == "nonce"
    settings.SECRET_KEY = "another"
    assert nonce_of(token) is None


def test_the_mails_find_their_words_when_they_are_sent(world):
    world.draw()
    subject, text = invitation_mail({"invitation": world.invitation.pk})
    assert as_written(subject) == "Jalon : une convention à signer"
    assert f"/signature/{world.token}" in text
    assert "24 novembre 2026 10:00" in text
    world.open()
    code = world.ask_code()
    _subject, text = code_mail({"invitation": world.invitation.pk, "sent": 1})
    assert f"{code[:3]}\u00a0{code[3:]}" in text


def test_mails_that_became_pointless_are_not_sent(world):
    world.draw()
    world.sign()
    assert invitation_mail({"invitation": world.invitation.pk}) is None
    assert code_mail({"invitation": world.invitation.pk, "sent": 1}) is None


def test_signers_are_written_to_in_their_language(world):
    """That of the account with the address; on the page of the code, that of the page; else the programme's."""
    world.draw()
    world.open()
    send_code(actor=NOBODY, token=world.token, language="en")
    assert list(Mail.objects.order_by("pk").values_list("kind", "locale"))[-1] == (
        "awards.signing_code",
        "en",
    )
    email = world.invitation.signer_email
    assert signer_language(world.application, email) == "fr"
    User.objects.filter(pk=world.leader.user_id).update(email=email.upper(), locale="en")
    assert signer_language(world.application, email) == "en"


# --- The code -----------------------------------------------------------------------------------------------


def test_no_code_before_the_link_is_opened(world):
    world.draw()
    with pytest.raises(TransitionRefused):
        send_code(actor=NOBODY, token=world.token)


def test_a_double_click_sends_one_code(world, freeze):
    world.draw()
    world.open()
    first = world.ask_code()
    assert world.ask_code() == first
    assert Mail.objects.filter(kind="awards.signing_code").count() == 1
    freeze("2026-11-22T10:01")
    assert world.ask_code() != first
    assert Mail.objects.filter(kind="awards.signing_code").count() == 2


def test_five_wrong_codes_and_even_the_right_one_is_refused(world, freeze):
    world.draw()
    world.open()
    code = world.ask_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCode) as refusal:
            sign_as_vendor(actor=NOBODY, token=world.token, code=wrong, ip="")
        assert refusal.value.attempts_left == left
    with pytest.raises(TransitionRefused):
        sign_as_vendor(actor=NOBODY, token=world.token, code=code, ip="")
    assert signing_page(world.token).state is LinkState.CODE_SPENT
    assert events().count("awards.code.refused") == 5
    freeze("2026-11-22T10:02")
    assert sign_as_vendor(actor=NOBODY, token=world.token, code=world.ask_code(), ip="").party == Party.VENDOR


@pytest.mark.parametrize("shape", ["{0} {1}", "{0}\u00a0{1}", " {0}-{1} "])
def test_a_code_may_be_typed_with_spaces(world, shape):
    world.draw()
    world.open()
    code = world.ask_code()
    typed = shape.format(code[:3], code[3:])
    assert sign_as_vendor(actor=NOBODY, token=world.token, code=typed, ip="").party == Party.VENDOR


def test_a_code_holds_for_ten_minutes(world, freeze):
    world.draw()
    world.open()
    code = world.ask_code()
    freeze("2026-11-22T10:10")
    with pytest.raises(TransitionRefused):
        sign_as_vendor(actor=NOBODY, token=world.token, code=code, ip="")


def test_ten_codes_are_enough_for_one_link(world, freeze):
    world.draw()
    world.open()
    for minute in range(10):
        freeze(clock.now() + timedelta(minutes=minute and 1))
        world.ask_code()
    freeze(clock.now() + timedelta(minutes=1))
    with pytest.raises(TransitionRefused):
        world.ask_code()


def test_a_link_without_code_asked_does_not_sign(world):
    world.draw()
    world.open()
    with pytest.raises(TransitionRefused):
        sign_as_vendor(actor=NOBODY, token=world.token, code="", ip="")
    world.ask_code()
    with pytest.raises(WrongCode):
        sign_as_vendor(actor=NOBODY, token=world.token, code="", ip="")


# --- Expiry and renewal -------------------------------------------------------------------------------------


def test_after_48_hours_the_link_is_over(world, freeze):
    world.draw()
    world.open()
    code = world.ask_code()
    freeze("2026-11-24T09:59:59")
    assert signing_page(world.token).state is LinkState.CODE_SPENT
    freeze("2026-11-24T10:00")
    page = signing_page(world.token)
    assert (page.state, page.can_renew) == (LinkState.EXPIRED, True)
    for attempt in (
        lambda: send_code(actor=NOBODY, token=world.token),
        lambda: sign_as_vendor(actor=NOBODY, token=world.token, code=code, ip=""),
        lambda: open_invitation(actor=NOBODY, token=world.token, ip=""),
    ):
        with pytest.raises(TransitionRefused):
            attempt()
    assert Signature.objects.count() == 0


def test_the_signer_renews_a_link_that_is_over_once(world, freeze):
    world.draw()
    old = world.token
    with pytest.raises(TransitionRefused):
        renew_link(actor=NOBODY, token=old)
    freeze("2026-11-25T10:00")
    new = renew_link(actor=NOBODY, token=old)
    assert renew_link(actor=NOBODY, token=old) == new
    assert signing_page(old).state is LinkState.VOIDED
    assert signing_page(link_token(new.nonce)).state is LinkState.TO_OPEN
    mails = Mail.objects.filter(kind="awards.signature_invitation")
    assert [m.recipient for m in mails] == ["eloise@noel.example"] * 2


def test_a_leader_or_a_manager_sends_the_link_again(world):
    world.draw()
    first = world.invitation
    second = reissue_invitation(actor=world.leader, number=world.number, invitation_id=first.pk)
    assert reissue_invitation(actor=world.leader, number=world.number, invitation_id=first.pk) == second
    third = reissue_invitation(actor=world.manager, number=world.number, invitation_id=second.pk)
    assert SigningInvitation.objects.count() == 3
    assert [i.voided_at is None for i in SigningInvitation.objects.order_by("pk")] == [False, False, True]
    assert world.invitation == third
    for actor in (world.employee, world.verifier):
        with pytest.raises(NotAllowed):
            reissue_invitation(actor=actor, number=world.number, invitation_id=third.pk)


# --- Signed -------------------------------------------------------------------------------------------------


def test_the_vendor_signs_as_the_person_in_the_convention(world, tmp_path):
    world.draw()
    signature = world.sign()
    assert (signature.signer_name, signature.signer_function) == ("Éloïse Noël", "Présidente")
    assert (signature.signer_email, signature.signer_user) == ("eloise@noel.example", None)
    (status,) = validate(pdf_of(signature.document))
    assert (status.signer_name, status.organisation) == ("Éloïse Noël", "Imagerie Noël SAS")
    assert (status.valid, status.signed_at) == (True, clock.now())
    assert world.convention.latest == signature.document
    assert pdf_of(signature.document).startswith(pdf_of(world.convention.unsigned))


def test_the_evidence_says_how_it_was_given(world, tmp_path, freeze):
    world.draw()
    freeze("2026-11-22T10:05")
    world.open()
    freeze("2026-11-22T10:06")
    code = world.ask_code()
    freeze("2026-11-22T10:07")
    signature = sign_as_vendor(actor=NOBODY, token=world.token, code=code, ip="198.51.100.7")
    text = text_of(pdf_of(signature.evidence), tmp_path)
    for fact in (
        "signature électronique simple", "Éloïse Noël", "Présidente", "eloise@noel.example", "192.0.2.1",
        "198.51.100.7", "10 h 00 min 00 s", "10 h 05 min 00 s", "10 h 06 min 00 s", "10 h 07 min 00 s",
    ):  # fmt: skip
        assert fact in text
    digits = "".join(text.replace("\u200b", "").split())
    assert world.convention.unsigned.sha256 in digits
    assert signature.document.sha256 in digits
    assert code not in text


def test_signing_again_gives_the_same_signature(world):
    world.draw()
    world.open()
    code = world.ask_code()
    first = sign_as_vendor(actor=NOBODY, token=world.token, code=code, ip="")
    assert sign_as_vendor(actor=NOBODY, token=world.token, code=code, ip="") == first
    assert Signature.objects.count() == 1
    assert events().count("awards.convention.signed") == 1
    assert signing_page(world.token).state is LinkState.USED


def test_the_signed_file_stays_behind_the_link_until_it_is_over(world, freeze):
    world.draw()
    signature = world.sign()
    assert document_behind(world.token) == signature.document
    freeze("2026-11-24T10:00")
    with pytest.raises(NotVisible):
        document_behind(world.token)


def test_nobody_signs_a_file_that_changed_on_disk(world, settings):
    world.draw()
    world.open()
    code = world.ask_code()
    path = settings.FILES_DIR / world.convention.unsigned.content.storage_key
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DamagedFile):
        sign_as_vendor(actor=NOBODY, token=world.token, code=code, ip="")
    assert Signature.objects.count() == 0


def test_the_agency_signs_last_and_after_a_favourable_opinion(world):
    world.draw()
    with pytest.raises(TransitionRefused):
        world.countersign()
    world.favour()
    with pytest.raises(TransitionRefused):
        world.countersign()
    world.sign()
    signature = world.countersign()
    assert world.countersign() == signature
    assert world.convention.state == ConventionState.SIGNED
    assert events().count("awards.convention.signed") == 2


def test_only_a_signatory_signs_for_the_agency(world):
    world.draw()
    world.favour()
    world.sign()
    for actor in (world.leader, world.college, world.manager, world.verifier):
        with pytest.raises(NotAllowed):
            sign_as_agency(actor=actor, number=world.number)


def test_poppler_finds_both_signatures_valid(world, tmp_path):
    world.draw()
    world.favour()
    world.sign()
    world.countersign()
    file = tmp_path / "convention.pdf"
    file.write_bytes(pdf_of(world.convention.latest))
    out = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
    assert out.count("Signature Validation: Signature is Valid.") == 2
    assert [s.signer_name for s in validate(file.read_bytes())] == ["Éloïse Noël", "Simon Martin"]
