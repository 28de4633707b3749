"""…/apercu: the draft as a vendor will see it. Read only: nothing here can be sent."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jalon.programmes.definition.schema import Chapter, Definition, FormField, FormStep, Section, Text
from jalon.programmes.models import Programme
from jalon.programmes.queries import compiled_draft
from jalon.web.agency.inbox import Pill
from jalon.web.agency.programmes.frame import draft_of, programme_context, programme_page
from jalon.web.answers import french_only, said
from jalon.web.components.fields import Choice, Field, FieldHelp
from jalon.web.components.fields import FieldKind as Shown

CHARTER, CHAPTERS, PRESENTATION, CONVENTION, REASONS = (
    "charte", "chapitres", "presentation", "convention", "perimetres",
)  # fmt: skip
_KINDS: dict[str, Shown] = {
    "long_text": "long_text", "choice": "radios", "choices": "checkboxes", "profiles": "checkboxes", "yes_no": "yes_no",
    "documents": "files", "email": "email", "telephone": "tel", "date": "date", "number": "number", "shown": "shown",
}  # fmt: skip


@dataclass(frozen=True)
class SectionShown:
    title: object
    intro: object
    help: object
    fields: tuple[Field, ...]


@programme_page
@require_safe
def preview(request: HttpRequest, programme: Programme) -> HttpResponse:
    definition = compiled_draft(draft_of(programme)).definition
    steps = {step.key: step for step in definition.steps if isinstance(step, FormStep)}
    chosen = request.GET.get("voir", CHARTER)
    if chosen not in (PRESENTATION, CHARTER, CHAPTERS, CONVENTION, REASONS, *steps):
        chosen = CHARTER
    step = steps.get(chosen)
    chapter = _chapter(definition, request.GET.get("chapitre", ""))
    context = {
        **programme_context(request, programme, "preview", _("Aperçu du brouillon")),
        "draft": draft_of(programme),
        "definition": definition,
        "pills": [
            Pill(_("Présentation"), None, f"?voir={PRESENTATION}", chosen == PRESENTATION),
            Pill(_("Charte"), None, f"?voir={CHARTER}", chosen == CHARTER),
            *(Pill(said(s.title), None, f"?voir={s.key}", chosen == s.key) for s in steps.values()),
            Pill(
                _("Chapitres de preuves"), len(definition.chapters), f"?voir={CHAPTERS}", chosen == CHAPTERS
            ),
            Pill(_("Ce qui s’applique"), None, f"?voir={REASONS}", chosen == REASONS),
            Pill(_("Convention"), None, f"?voir={CONVENTION}", chosen == CONVENTION),
        ],
        "chosen": chosen,
        "convention": _convention(definition) if chosen == CONVENTION else None,
        "step": step,
        "sections": _sections(definition, step) if step else [],
        "chapter": chapter if chosen == CHAPTERS else None,
        "kinds": {kind.key: kind for kind in definition.kinds},
        "rows": _rows(definition, chapter) if chosen == CHAPTERS and chapter else [],
    }
    return render(request, "agency/programme/preview.html", context)


def _chapter(definition: Definition, key: str) -> Chapter | None:
    return next((chapter for chapter in definition.chapters if chapter.key == key), None)


def _rows(
    definition: Definition, chapter: Chapter
) -> list[tuple[object, list[tuple[object, list[tuple[object, str]]]]]]:
    """(requirement, [(scenario, [(expected proof, what it takes)])])"""
    labels = {kind.key: said(kind.label) for kind in definition.kinds}
    return [
        (
            r,
            [
                (s, [(p, _(" ou ").join(labels.get(k, k) for k in p.kinds)) for p in s.proofs])
                for s in r.scenarios
            ],
        )
        for r in chapter.requirements
    ]


def _convention(definition: Definition) -> dict[str, object]:
    """Its texts, with the two words that a draft knows; the others are an application's."""
    template = definition.convention
    known = {"{agency}": template.agency_name, "{programme}": definition.title}

    def filled(text: Text) -> Text:
        for word, value in known.items():
            text = Text(fr=text.fr.replace(word, value.fr), en=text.en.replace(word, value.en or value.fr))
        return text

    return {
        "title": filled(template.title),
        "parties": [filled(template.parties_vendor), filled(template.parties_agency)],
        "articles": [
            Section(
                title=filled(a.title),
                paragraphs=tuple(filled(p) for p in a.paragraphs),
                items=tuple(filled(i) for i in a.items),
            )
            for a in template.articles
        ],
    }


def _sections(definition: Definition, step: FormStep) -> list[SectionShown]:
    shown = []
    for section in step.sections:
        questions = [*section.fields, *(section.repeat.fields if section.repeat else ())]
        fields = tuple(_field(definition, f) for f in questions)
        shown.append(SectionShown(section.title, section.intro, section.help, fields))
    return shown


def _field(definition: Definition, question: FormField) -> Field:
    options: tuple[Choice, ...] = tuple(Choice(o.key, said(o.label)) for o in question.options)
    if question.kind == "profiles":
        options = tuple(
            Choice(p.key, said(p.label), said(p.hint), locked=p.locked) for p in definition.profiles
        )
    told = question.help
    return Field(
        question.key, said(question.label), _KINDS.get(question.kind, "text"), hint=said(question.hint),
        required=question.required, options=options, readonly=True, lang=french_only(question.label),
        help=FieldHelp(said(told.title), said(told.body)) if told else None, prefix="preview",
    )  # fmt: skip


urls = [path("instruction/programmes/<str:code>/apercu", preview, name="staff-programme-preview")]
