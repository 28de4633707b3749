"""What is put into the slots of a chapter: files, links, numbers, comments, and what is taken out again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.core.files import File
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.core.errors import Conflict, InvalidInput, TransitionRefused
from jalon.documents.actions import receive_file
from jalon.evidence.actions.deposits import (
    back_not_applicable,
    comment_proof,
    confirm_proof,
    deposit_file,
    deposit_link,
    deposit_record,
    describe_item,
    remove_item,
    request_not_applicable,
    restore_proof,
)
from jalon.evidence.queries import SlotView, slot_views
from jalon.evidence.rules import (
    BACKING_FORMATS,
    BACKING_MAX_MB,
    file_formats,
    kind_for_file,
    kinds_of,
    leads_to_report,
)
from jalon.programmes.definition.schema import Definition, ProofKind
from jalon.web.access import standing_in
from jalon.web.keys import whole
from jalon.web.vendor.chapter.page import chapter_and_part, chapter_page, focused_address
from jalon.web.vendor.chapter.reports import Patience, take_report_over
from jalon.web.vendor.chapter.slots import Typed
from jalon.web.vendor.frame import application_page, received_at, see_other


@application_page
@require_POST
def deposit(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """Keeps all that was typed and chosen, in whichever slots; one slot's refusal leaves the others kept."""
    definition = definition_for(application)
    _chapter, part = chapter_and_part(application, definition, key)
    views = {v.key: v for v in slot_views(application, key)} if part else {}
    typed, patience = Typed(), Patience()
    places = [view for slot, view in views.items() if _mentions(request, slot)]
    for view in places:
        _keep(request, application, definition, view, typed, patience)
    pressed = request.POST.get("slot", "") or _named(request.POST)
    code = request.POST.get("exigence", "")
    if not places:
        nothing = _("Choisissez un fichier, ou donnez un lien ou un numéro, puis enregistrez.")
        if pressed in views:
            typed.refuse(pressed, nothing)
        else:
            typed.alert = nothing
    if typed.errors or typed.alert:
        return chapter_page(request, application, key, code, typed, 422)
    landing = pressed if pressed in views else (places[0].key if places else "")
    code = views[landing].requirement.requirement.code if landing else code
    return see_other(focused_address(application, key, code, landing))


def _named(post: Mapping[str, str]) -> str:
    return next((post[name].partition(" ")[0] for name in ("remove", "restore") if name in post), "")


def _mentions(request: HttpRequest, slot: str) -> bool:
    """Whether the form brings anything for this slot."""
    post = request.POST
    if {f"file:{slot}", f"backing:{slot}"} & set(request.FILES) or _numbered(post, "remove", slot):
        return True
    if slot in (post.get("withdraw_na"), post.get("confirm")) or _numbered(post, "restore", slot):
        return True
    given = any(post.get(name, "").strip() for name in post if _is_text_of(name, slot))
    if next(_described(post, slot), 0):
        return True
    emptied = f"was:{slot}" in post and post.get(f"comment:{slot}", "").strip() != post[f"was:{slot}"].strip()
    return given or emptied


def _numbered(post: Mapping[str, str], button: str, slot: str) -> int:
    """The piece that is taken out of this slot, or the earlier proof that is put back; 0: none."""
    of, _space, number = post.get(button, "").partition(" ")
    return whole(number) if of == slot else 0


def _is_text_of(name: str, slot: str) -> bool:
    kind, _colon, rest = name.partition(":")
    if kind in ("link", "na"):
        return rest == slot
    return kind == "record" and rest.rpartition(":")[0] == slot


def _keep(
    request: HttpRequest,
    application: Application,
    definition: Definition,
    view: SlotView,
    typed: Typed,
    patience: Patience,
) -> None:
    """Everything for one slot, each thing on its own: what can be kept is kept."""
    actor, post, slot = standing_in(request), request.POST, view.key
    place: dict[str, Any] = {
        "actor": actor, "number": application.number, "item_key": slot, "arrived_at": received_at(request)
    }  # fmt: skip
    if not view.is_open:
        typed.refuse(slot, _("Cette preuve est verrouillée : elle ne se modifie plus."))
        return
    _keep_numbered(post, place, slot, typed)
    _keep_described(post, place, slot, typed)
    for file in request.FILES.getlist(f"file:{slot}"):
        _try(typed, slot, partial(_keep_file, place, application, definition, view, file))
    for name in [n for n in post if _is_text_of(n, slot) and post[n].strip()]:
        act = _text_action(request, name, place, kinds_of(definition, view.expected), patience)
        _try(typed, slot, act, name, post[name])
    for file in request.FILES.getlist(f"backing:{slot}"):
        _try(typed, slot, partial(_keep_backing, place, application, file))
    _keep_comment(post, place, slot, typed)
    if post.get("confirm") == slot:
        _try(typed, slot, lambda: confirm_proof(**place))
    if post.get("withdraw_na") == slot:
        _try(typed, slot, lambda: request_not_applicable(**place, reason=""))


def _text_action(
    request: HttpRequest,
    name: str,
    place: Mapping[str, Any],
    kinds: Sequence[ProofKind],
    patience: Patience,
) -> Callable[[], None]:
    kind, text = name.partition(":")[0], request.POST[name]
    if kind == "link" and leads_to_report(kinds, text.strip()):
        return lambda: take_report_over(request, patience, place, text)
    if kind == "link":
        return lambda: deposit_link(**place, url=text)
    if kind == "record":
        return lambda: deposit_record(**place, kind_key=name.rpartition(":")[2], text=text)
    return lambda: request_not_applicable(**place, reason=text)


def _keep_numbered(post: Mapping[str, str], place: Mapping[str, Any], slot: str, typed: Typed) -> None:
    """A piece taken out, or an earlier proof put back."""
    if item := _numbered(post, "remove", slot):
        _try(typed, slot, lambda: remove_item(**place, item_id=item))
    if earlier := _numbered(post, "restore", slot):
        _try(typed, slot, lambda: restore_proof(**place, n=earlier))


def _described(post: Mapping[str, str], slot: str) -> Iterator[int]:
    """The pieces of this slot whose date or scope is another one than when the page was made."""
    for name in post:
        of, _colon, number = name.removeprefix("said:").rpartition(":")
        if not name.startswith("said:") or of != slot:
            continue
        now = f"{post.get(f'dated:{slot}:{number}', '').strip()} {post.get(f'scope:{slot}:{number}', '').strip()}"
        if (
            now != post[name].strip("\r\n")
            and whole(number)
            and whole(number) != _numbered(post, "remove", slot)
        ):
            yield whole(number)


def _keep_described(post: Mapping[str, str], place: Mapping[str, Any], slot: str, typed: Typed) -> None:
    for item in _described(post, slot):
        dated, scope = (post.get(f"{what}:{slot}:{item}", "").strip() for what in ("dated", "scope"))
        typed.texts[f"scope:{slot}:{item}"] = scope
        try:
            dated_on = date.fromisoformat(dated) if dated else None
        except ValueError:
            typed.refuse(slot, _("Écrivez la date comme 2026-03-31."), f"dated:{slot}:{item}", dated)
            continue
        act = partial(describe_item, **place, item_id=item, dated_on=dated_on, scope=scope)
        _try(typed, slot, act, f"dated:{slot}:{item}", dated)


def _keep_comment(post: Mapping[str, str], place: Mapping[str, Any], slot: str, typed: Typed) -> None:
    name = f"comment:{slot}"
    text = post.get(name, "").replace("\r\n", "\n").strip()
    if name in post and text != post.get(f"was:{slot}", "").replace("\r\n", "\n").strip():
        _try(typed, slot, lambda: comment_proof(**place, comment=text), name, text)


def _keep_file(
    place: Mapping[str, Any],
    application: Application,
    definition: Definition,
    view: SlotView,
    file: "File[bytes]",
) -> None:
    kinds = kinds_of(definition, view.expected)
    name = file.name or ""
    kind = kind_for_file(kinds, name)
    document = receive_file(
        actor=place["actor"],
        company_id=application.company_id,
        name=name,
        chunks=file.chunks(),
        formats=file_formats(kinds),
        max_bytes=(kind.max_mb if kind else 1) * 1024 * 1024,
    )
    deposit_file(**place, document_id=document.pk)


def _keep_backing(place: Mapping[str, Any], application: Application, file: "File[bytes]") -> None:
    document = receive_file(
        actor=place["actor"],
        company_id=application.company_id,
        name=file.name or "",
        chunks=file.chunks(),
        formats=BACKING_FORMATS,
        max_bytes=BACKING_MAX_MB * 1024 * 1024,
    )
    back_not_applicable(**place, document_id=document.pk)


def _try(typed: Typed, slot: str, act: Callable[[], None], name: str = "", text: str = "") -> None:
    try:
        act()
    except InvalidInput as refused:
        for message in refused.errors.values():
            typed.refuse(slot, message, name, text)
    except (TransitionRefused, Conflict) as refused:
        typed.refuse(slot, refused.message, name, text)


urls = [
    path("candidatures/<str:number>/chapitres/<str:key>/preuves", deposit, name="chapter-deposit"),
]
