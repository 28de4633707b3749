"""…/preuves/fichiers: many files at once. They come in, the page says where each goes, one click puts them there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any
from zlib import crc32

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.core.errors import DomainError, InvalidInput, NotVisible
from jalon.evidence.queries import named_proofs
from jalon.evidence.rules import file_formats, kinds_of
from jalon.programmes.definition.schema import Definition
from jalon.uploads.actions.many import Announced, announce_files, clear_files, confirm_files, take_files
from jalon.uploads.models import Upload
from jalon.uploads.queries.many import Fate, Line, Plan, plan_for
from jalon.uploads.rules import CHUNK
from jalon.web.access import standing_in
from jalon.web.vendor.frame import (
    address,
    application_endpoint,
    application_page,
    crumbs_of,
    frame,
    many_address,
    many_list_address,
    questionnaire_title,
    received_at,
    see_other,
)
from jalon.web.vendor.uploads import upload_address

GO, PICK, CODE, INSTEAD = "go", "pick", "code", "instead"  # what the form says of a file, or of a slot
MOST_ANNOUNCED = 500  # in one request


@dataclass
class Typed:
    """What a refused form held, by the token of the file."""

    picks: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    alert: str = ""


@dataclass(frozen=True)
class Asked:
    """A file that a person has to say something of, with what was said."""

    line: Line
    pick: str
    code: str
    error: str

    @property
    def token(self) -> str:
        return self.line.upload.token


@application_page
@require_safe
def many(request: HttpRequest, application: Application) -> HttpResponse:
    """What has come in, and what becomes of it."""
    return _page(request, application, Typed(), 200)


def _page(request: HttpRequest, application: Application, typed: Typed, status: int) -> HttpResponse:
    definition = definition_for(application)
    step = next((step for step in definition.steps if step.kind == "proofs"), None)
    if step is None:
        raise Http404
    plan = plan_for(standing_in(request), application)
    url = many_list_address(application)
    context = {
        **frame(application, step.key),
        "crumbs": crumbs_of(
            application,
            (questionnaire_title(definition), address(application, "preuves")),
            (_("Déposer des fichiers en nombre"), ""),
        ),
        "is_open": bool(many_address(standing_in(request), application)),
        "plan": plan,
        "count": plan.count,
        "asked": _asked(plan.of(Fate.ASKED), typed),
        "unknown": _asked(plan.of(Fate.UNKNOWN), typed),
        "refused": plan.of(Fate.REFUSED),
        "waiting": plan.of(Fate.WAITING),
        "same": plan.of(Fate.SAME),
        "choices": _choices(plan) if plan.of(Fate.UNKNOWN) else [],
        "example": _example(application, definition),
        "list_url": address(application, "preuves"),
        "many_url": url,
        "uploads_url": address(application, "envois"),
        "chunk": CHUNK,
        "most": MOST_ANNOUNCED,
        "alert": typed.alert,
        "errors": [(f"file-{token}", message) for token, message in typed.errors.items()],
    }
    return render(request, "vendor/many.html", context, status=status)


def _asked(lines: Sequence[Line], typed: Typed) -> list[Asked]:
    return [
        Asked(line, typed.picks.get(token, ""), typed.codes.get(token, ""), typed.errors.get(token, ""))
        for line in lines
        for token in (line.upload.token,)
    ]


def _choices(plan: Plan) -> list[tuple[str, Any]]:
    """What can be typed for a file without a code: the proofs that are open to files."""
    open_ones = [t for t in plan.targets.values() if not t.closed and file_formats(t.kinds)]
    return list({target.code: target.expected.text for target in open_ones}.items())


def _example(application: Application, definition: Definition) -> str:
    """A name that works for this very application."""
    for proof in named_proofs(application):
        formats = file_formats(kinds_of(definition, proof.expected))
        if formats:
            return f"{proof.code.replace('/', '_')}_{_('fiche')}.{formats[0]}"
    return ""


@application_endpoint
@require_POST
def announce(request: HttpRequest, application: Application) -> HttpResponseBase:
    """`files`: [{"path", "size", "modified"}] → for each, where its bytes go, or that none are wanted.

    `modified`: when it was last changed, in milliseconds; left out or 0, it is known by path and size alone.
    """
    files = _announced(request.POST.get("files", ""))
    if files is None or len(files) > MOST_ANNOUNCED:
        return JsonResponse({"error": _("Cet envoi ne dit pas tout ce qu’il faut.")}, status=400)
    try:
        rows = announce_files(actor=standing_in(request), number=application.number, files=files)
    except NotVisible:
        raise
    except DomainError as refused:
        return JsonResponse({"error": refused.message}, status=409)
    return JsonResponse({"files": [_told(application, row) for row in rows]})


def _announced(text: str) -> list[Announced] | None:
    try:
        files = [(file["path"], file["size"], file.get("modified", 0)) for file in json.loads(text)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    sound = all(
        isinstance(name, str) and len(name) <= 4000 and _is_count(size) and _is_count(modified)
        for name, size, modified in files
    )
    if not sound:
        return None
    return [Announced(_legible(name), size, f"at {when}" if when else "") for name, size, when in files]


def _is_count(value: object) -> bool:
    """A whole number as JavaScript has them."""
    return type(value) is int and 0 <= value < 2**53


def _legible(name: str) -> str:
    """Without halves of characters, which JSON can hold and nothing else."""
    return name.encode("utf-8", "replace").decode()


def _told(application: Application, row: Upload | None) -> dict[str, str]:
    if row is None:
        return {"state": "ignored"}
    return {"state": row.state, "address": upload_address(application, row)}


@application_page
@require_POST
def receive(request: HttpRequest, application: Application) -> HttpResponse:
    """The plain form: files, a folder or an archive, whole."""
    files = [*request.FILES.getlist("files"), *request.FILES.getlist("folder")]
    if not files:
        return _page(
            request, application, Typed(alert=_("Choisissez un dossier, des fichiers ou une archive.")), 422
        )
    try:
        take_files(
            actor=standing_in(request),
            number=application.number,
            files=[(Announced(file.name or "", file.size or 0, _sum(file)), file.chunks()) for file in files],
        )
    except InvalidInput as refused:
        return _page(request, application, Typed(alert=refused.message), 422)
    return see_other(many_list_address(application))


def _sum(file: "UploadedFile[bytes]") -> str:
    """The mark of a file that is here whole."""
    return f"crc {reduce(lambda total, chunk: crc32(chunk, total), file.chunks(), 0):08x}"


@application_page
@require_POST
def confirm(request: HttpRequest, application: Application) -> HttpResponse:
    """One click: what was recognised, and what the person picked. A code that leads nowhere holds everything back."""
    actor, post = standing_in(request), request.POST
    plan = plan_for(actor, application)
    typed = Typed(_said(post, PICK), _said(post, CODE))
    picks = {**_said(post, GO), **_said(post, PICK), **_coded(plan, typed)}
    if typed.errors:
        return _page(request, application, typed, 422)
    confirm_files(
        actor=actor, number=application.number, picks=picks, replacing=post.getlist(INSTEAD),
        received_at=received_at(request),
    )  # fmt: skip
    return see_other(many_list_address(application))


def _said(post: Mapping[str, str], what: str) -> dict[str, str]:
    return {
        name.partition(":")[2]: value.strip()
        for name, value in post.items()
        if name.startswith(f"{what}:") and value.strip()
    }


def _coded(plan: Plan, typed: Typed) -> dict[str, str]:
    """The slots that were typed. Errors go to `typed`."""
    found = {}
    lines = {line.upload.token: line for line in plan.of(Fate.UNKNOWN, Fate.ASKED)}
    for token, text in typed.codes.items():
        line = lines.get(token)
        if line is None:
            continue
        key, error = plan.meant(text, line.upload)
        if error:
            typed.errors[token] = _("%(file)s : %(error)s") % {"file": line.upload.name, "error": error}
        else:
            found[token] = key
    return found


@application_page
@require_POST
def clear(request: HttpRequest, application: Application) -> HttpResponse:
    """Forget what is not placed. What is in its slot stays there."""
    clear_files(actor=standing_in(request), application=application)
    return see_other(many_list_address(application))


_BASE = "candidatures/<str:number>/preuves/fichiers"
urls = [
    path(_BASE, many, name="many"),
    path(f"{_BASE}/annonce", announce, name="many-announce"),
    path(f"{_BASE}/envoi", receive, name="many-receive"),
    path(f"{_BASE}/ranger", confirm, name="many-confirm"),
    path(f"{_BASE}/vider", clear, name="many-clear"),
]
