"""…/textes: the texts of the draft by theme, each theme in a form, and the requirements to be searched."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jalon.core.text import holds_words
from jalon.programmes.models import Programme
from jalon.programmes.queries import compiled_draft
from jalon.web.agency.frame import see_other, tell
from jalon.web.agency.programmes.editable import Group, groups
from jalon.web.agency.programmes.frame import draft_of, programme_context, programme_page
from jalon.web.agency.programmes.text_forms import edit, form_context, gone_page


@dataclass(frozen=True)
class RequirementLink:
    code: str
    title: object
    proofs: int
    url: str


@programme_page
@require_safe
def texts(request: HttpRequest, programme: Programme) -> HttpResponse:
    """What may be edited: texts by theme, and each requirement. `q` searches the requirements."""
    draft = draft_of(programme)
    definition = compiled_draft(draft).definition
    words = request.GET.get("q", "").strip()[:100]
    chapters = []
    for chapter in definition.chapters:
        rows = [
            RequirementLink(
                r.code,
                r.title,
                sum(len(s.proofs) for s in r.scenarios),
                reverse("staff-programme-requirement", args=[programme.code, r.key]),
            )
            for r in chapter.requirements
            if holds_words(f"{r.code} {' '.join(r.was)} {r.title.fr} {r.title.en} {r.statement.fr}", words)
        ]
        if rows:
            chapters.append((chapter.title, rows, sum(not row.proofs for row in rows)))
    context = {
        **programme_context(request, programme, "texts", _("Textes du brouillon")),
        "draft": draft,
        "groups": [
            (g.title, sum(len(b.slots) for b in g.blocks),
             reverse("staff-programme-words", args=[programme.code, g.key]))
            for g in groups(definition)
        ],
        "chapters": chapters,
        "words": words,
        "found": sum(len(rows) for _title, rows, _none in chapters),
    }  # fmt: skip
    return render(request, "agency/programme/texts.html", context)


@programme_page
@require_http_methods(["GET", "HEAD", "POST"])
def words_of(request: HttpRequest, programme: Programme, group: str) -> HttpResponse:
    typed, general, status = None, "", 200
    chosen = _group(programme, group)
    if request.method == "POST":
        typed, general, status = edit(request, programme, chosen.blocks if chosen else ())
        if typed is None and chosen:
            tell(request, _("Le brouillon est enregistré. Rien n’est publié."))
            return see_other("staff-programme-words", programme.code, group)
        chosen = _group(programme, group)
    if chosen is None:
        return gone_page(request, programme, _("Textes retirés du brouillon"), typed)
    context = {
        **programme_context(request, programme, "texts", chosen.title),
        **form_context(programme, chosen.blocks, typed, general),
        "here": reverse("staff-programme-words", args=[programme.code, group]),
    }
    return render(request, "agency/programme/words.html", context, status=status)


def _group(programme: Programme, key: str) -> Group | None:
    """None where nothing of that theme is in the draft (any more)."""
    found = groups(compiled_draft(draft_of(programme)).definition)
    return next((group for group in found if group.key == key), None)


urls = [
    path("instruction/programmes/<str:code>/textes", texts, name="staff-programme-texts"),
    path("instruction/programmes/<str:code>/textes/<str:group>", words_of, name="staff-programme-words"),
]
