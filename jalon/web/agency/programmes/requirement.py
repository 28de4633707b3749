"""…/exigences/<key>: one requirement of the draft: its texts, its proofs with their kinds, one more proof."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.core.errors import DomainError, InvalidInput
from jalon.programmes.actions.drafts import edit_draft
from jalon.programmes.definition.editing import with_proof
from jalon.programmes.models import Programme
from jalon.programmes.queries import compiled_draft
from jalon.web.access import standing_in
from jalon.web.agency.frame import refused, see_other, tell
from jalon.web.agency.programmes.editable import Block, requirement_blocks
from jalon.web.agency.programmes.frame import draft_of, programme_context, programme_page
from jalon.web.agency.programmes.text_forms import Typed, edit, form_context, gone_page, length_error
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field
from jalon.web.keys import whole

ADD = "add"


@programme_page
@require_http_methods(["GET", "HEAD", "POST"])
def requirement(request: HttpRequest, programme: Programme, key: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, programme, key)
    if request.POST.get("act") == ADD:
        return _add_proof(request, programme, key)
    blocks = _blocks(programme, key)
    typed, general, status = edit(request, programme, blocks)
    if typed is not None:
        return _page(request, programme, key, typed=typed, general=general, status=status)
    if not blocks:
        raise Http404
    tell(request, _("Le brouillon est enregistré. Rien n’est publié."))
    return see_other("staff-programme-requirement", programme.code, key)


def _blocks(programme: Programme, key: str) -> tuple[Block, ...]:
    """None where somebody removed the requirement meanwhile."""
    known = compiled_draft(draft_of(programme)).requirements
    return requirement_blocks(*known[key]) if key in known else ()


def _add_proof(request: HttpRequest, programme: Programme, key: str) -> HttpResponse:
    """One more expected proof; the manager's answer to a requirement of which nothing could be shown."""
    found = compiled_draft(draft_of(programme))
    added = Typed({name: request.POST.getlist(name) for name in request.POST})
    if key not in found.requirements:
        return _gone(request, programme, None, added)
    _chapter, changed = found.requirements[key]
    text = request.POST.get("text", "").replace("\r\n", "\n").strip()
    kinds = [k for k in request.POST.getlist("kinds") if k in found.kinds]
    try:
        wrong = {}
        if not text:
            wrong["text"] = _("Dites ce que la preuve doit montrer.")
        elif too_long := length_error(text):
            wrong["text"] = too_long
        if not kinds:
            wrong["kinds"] = _("Choisissez au moins un type de preuve.")
        if wrong:
            raise InvalidInput(wrong)
        definition, proof = with_proof(
            found.definition, changed, scenario=request.POST.get("scenario", ""), text=text, kinds=kinds
        )
        edit_draft(
            actor=standing_in(request),
            programme_code=programme.code,
            seen_version=whole(request.POST.get("version")),
            definition=definition,
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _page(
            request, programme, key, added=Typed(added.values, errors), general=general, status=status
        )
    tell(request, _("La preuve %(code)s est ajoutée au brouillon.") % {"code": proof.code or "–"})
    return see_other("staff-programme-requirement", programme.code, key)


def _page(
    request: HttpRequest,
    programme: Programme,
    key: str,
    *,
    typed: Typed | None = None,
    added: Typed | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    draft = draft_of(programme)
    found = compiled_draft(draft)
    if key not in found.requirements:
        return _gone(request, programme, typed, added)
    chapter, shown = found.requirements[key]
    form = form_context(programme, requirement_blocks(chapter, shown), typed, general)
    values = added.values if added else {}
    options = tuple(Choice(k.key, said(k.label)) for k in found.definition.kinds)
    scenarios = tuple(Choice(s.key, s.code or "–") for s in shown.scenarios)
    fields = [
        Field("text", _("Preuve attendue"), "long_text", "".join(values.get("text", [])), required=True, rows=3,
              error=added.error("text") if added else "", prefix="new"),
        Field("kinds", _("Types admis"), "checkboxes", values.get("kinds", []), options=options, inline=True,
              required=True, error=added.error("kinds") if added else "", prefix="new"),
    ]  # fmt: skip
    if len(scenarios) > 1:
        fields.insert(
            0,
            Field(
                "scenario",
                _("Scénario"),
                "select",
                "".join(values.get("scenario", [])),
                options=scenarios,
                prefix="new",
            ),
        )
    context = {
        **programme_context(request, programme, "texts", shown.code),
        **form,
        "chapter": chapter,
        "requirement": shown,
        "errors": [*form["errors"], *((f.id, f.error) for f in fields if f.error)],
        "new_fields": fields,
        "has_proofs": any(s.proofs for s in shown.scenarios),
        "here": reverse("staff-programme-requirement", args=[programme.code, key]),
    }
    return render(request, "agency/programme/requirement.html", context, status=status)


def _gone(
    request: HttpRequest, programme: Programme, typed: Typed | None, added: Typed | None
) -> HttpResponse:
    """The requirement was removed while somebody wrote in it, or added a proof to it."""
    also = [added.text("text")] if added else []
    return gone_page(request, programme, _("Exigence retirée du brouillon"), typed, also=also)


urls = [
    path(
        "instruction/programmes/<str:code>/exigences/<str:key>",
        requirement,
        name="staff-programme-requirement",
    )
]
