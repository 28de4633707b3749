"""Which texts of a draft a manager may edit, and under which heading: data for the forms of its pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jalon.programmes.definition.check import AWARD_PLACEHOLDERS, PLACEHOLDERS
from jalon.programmes.definition.editing import KeyPath
from jalon.programmes.definition.schema import (
    Chapter,
    Definition,
    FormField,
    FormStep,
    Help,
    Requirement,
    Section,
)
from jalon.web.answers import said

JOIN = "|"  # between the keys of a path, in the name of a field


@dataclass(frozen=True)
class Slot:
    """One text that may be edited. `path` leads to the text, or to the list of kinds."""

    path: KeyPath
    label: str
    long: bool = False
    required: bool = True
    html: bool = False
    kinds: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Block:
    """Texts under one heading."""

    title: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Group:
    key: str
    title: str
    blocks: tuple[Block, ...]


def groups(definition: Definition) -> list[Group]:
    """The texts around the requirement list, by theme."""
    found = [
        Group("demarche", _("Démarche"), (Block(_("Démarche"), (
            Slot(("title",), _("Titre")), Slot(("summary",), _("Résumé"), long=True),
        )),)),
        Group("presentation", _("Présentation publique"), tuple(_presentation(definition))),
        Group("profils", _("Profils"), tuple(
            Block(said(p.label), (
                Slot(("profiles", p.key, "label"), _("Libellé")),
                Slot(("profiles", p.key, "hint"), _("Indication"), required=False),
            ))
            for p in definition.profiles
        )),
        Group("perimetres", _("Périmètres"), tuple(
            Block(said(p.label), (
                Slot(("perimeters", p.key, "label"), _("Libellé")),
                Slot(("perimeters", p.key, "reason_applies"), _("Phrase quand il s’applique"), long=True),
                Slot(("perimeters", p.key, "reason_not"), _("Phrase quand il ne s’applique pas"), long=True),
            ))
            for p in definition.perimeters
        )),
        Group("declarations", _("Déclarations à confirmer"), tuple(
            Block(said(c.label), (
                Slot(("claims", c.key, "label"), _("Libellé")),
                Slot(("claims", c.key, "verify"), _("Ce que l’instructeur vérifie"), long=True,
                     hint=_("Lu par l’agence seule.")),
            ))
            for c in definition.claims
        )),
        *(_form(step) for step in definition.steps if isinstance(step, FormStep)),
        Group("charte", _("Charte"), tuple(_charter(definition))),
        Group("convention", _("Convention"), tuple(_convention(definition))),
        Group("decision", _("Mots de la décision finale"), tuple(_award())),
        Group("types", _("Types de preuve"), tuple(
            Block(said(k.label), (
                Slot(("kinds", k.key, "label"), _("Libellé")),
                Slot(("kinds", k.key, "hint"), _("Indication"), required=False),
            ))
            for k in definition.kinds
        )),
        Group("prerequis", _("Prérequis"), tuple(
            Block(f"{p.number} {said(p.title)}", (
                Slot(("prerequisites", p.key, "title"), _("Titre")),
                Slot(("prerequisites", p.key, "detail"), _("Détail"), long=True),
            ))
            for p in definition.prerequisites
        )),
        Group("motifs", _("Motifs de renvoi"), (Block(_("Motifs de renvoi"), tuple(
            Slot(("return_reasons", r.key, "label"), said(r.label)) for r in definition.return_reasons
        )),)),
        Group("dates", _("Noms des dates"), (Block(_("Noms des dates"), tuple(
            Slot(("gates", str(n), "label"), said(g.label)) for n, g in enumerate(definition.gates, start=1)
        )),)),
    ]  # fmt: skip
    return [group for group in found if any(block.slots for block in group.blocks)]


def _award() -> Iterator[Block]:
    """Each text of `AwardWords`, where it is read."""
    names = _("Peut citer : %(names)s") % {
        "names": ", ".join(f"{{{name}}}" for name in sorted(AWARD_PLACEHOLDERS["solution"]))
    }
    yield Block(_("Sur les pages et dans les avis"), (
        Slot(("award", "state"), _("Statut d’une candidature")),
        Slot(("award", "application"), _("Titre d’une candidature")),
        Slot(("award", "solution"), _("Ce qui est décidé, pour quelle solution"), hint=names),
        Slot(("award", "pronounced"), _("Titre de la décision")),
        Slot(("award", "is_pronounced"), _("La décision est prise : phrase lue par l’agence")),
        Slot(("award", "missing"), _("Titre de ce qui manque")),
        Slot(("award", "when_pronounced"), _("Phrase sous ce titre"), long=True),
        Slot(("award", "on_signature"), _("Ce que lit le signataire de l’agence avant de signer"), long=True),
        Slot(("award", "number"), _("Libellé de son numéro")),
    ))  # fmt: skip
    yield Block(_("Sur le certificat et la convention"), (
        Slot(("award", "certificate"), _("Titre du certificat")),
        Slot(("award", "awarded_from"), _("Entre la solution et le jour")),
        Slot(("award", "profiles"), _("Titre des profils")),
        Slot(("award", "takes_effect"), _("Sur la convention, au-dessus des signatures"), long=True),
    ))  # fmt: skip
    yield Block(_("Au sujet d’un prérequis"), (
        Slot(("award", "purpose"), _("À quoi il sert")),
        Slot(("award", "needed"), _("S’il est nécessaire")),
        Slot(("award", "not_needed"), _("S’il n’est pas exigé")),
    ))  # fmt: skip


def _form(step: FormStep) -> Group:
    blocks = []
    for section in step.sections:
        inside: KeyPath = ("steps", step.key, "sections", section.key)
        head = [
            Slot((*inside, "title"), _("Titre de la section")),
            Slot((*inside, "intro"), _("Introduction"), long=True, required=False),
        ]
        blocks.append(Block(said(section.title), (*head, *_help((*inside, "help"), section.help))))
        blocks += [_question((*inside, "fields", f.key), f) for f in section.fields]
        if section.repeat:
            again: KeyPath = (*inside, "repeat")
            blocks.append(
                Block(said(section.repeat.label), (
                    Slot((*again, "label"), _("Libellé d’un bloc")), Slot((*again, "add_label"), _("Bouton d’ajout")),
                ))
            )  # fmt: skip
            blocks += [_question((*again, "fields", f.key), f) for f in section.repeat.fields]
    return Group(f"formulaire-{step.key}", said(step.title), tuple(blocks))


def _question(inside: KeyPath, question: FormField) -> Block:
    slots = [
        Slot((*inside, "label"), _("Libellé")),
        Slot((*inside, "hint"), _("Indication"), required=False),
        *_help((*inside, "help"), question.help),
    ]
    slots += [
        Slot((*inside, "options", o.key, "label"), _("Choix « %(label)s »") % {"label": said(o.label)})
        for o in question.options
    ]
    if question.pattern_error:
        slots.append(Slot((*inside, "pattern_error"), _("Message d’erreur de format"), required=False))
    return Block(said(question.label), tuple(slots))


def _help(inside: KeyPath, help_text: Help | None) -> Iterator[Slot]:
    if help_text is not None:
        yield Slot((*inside, "title"), _("Titre de l’aide"))
        yield Slot((*inside, "body"), _("Texte de l’aide"), long=True)


def _charter(definition: Definition) -> Iterator[Block]:
    yield Block(said(definition.charter.title), (
        Slot(("charter", "title"), _("Titre")),
        Slot(("charter", "statement"), _("Phrase à côté de la case"), long=True),
    ))  # fmt: skip
    for n, section in enumerate(definition.charter.sections, start=1):
        yield Block(said(section.title), tuple(_section(("charter", "sections", str(n)), section)))


def _presentation(definition: Definition) -> Iterator[Block]:
    shown = definition.presentation
    yield Block(_("En tête"), (Slot(("presentation", "lead"), _("Chapeau"), long=True),))
    for n, section in enumerate(shown.sections, start=1):
        yield Block(said(section.title), tuple(_section(("presentation", "sections", str(n)), section)))
    if shown.links:
        yield Block(_("Pour aller plus loin"), tuple(
            Slot(("presentation", "links", str(n), "label"), said(link.label), hint=link.url)
            for n, link in enumerate(shown.links, start=1)
        ))  # fmt: skip


def _convention(definition: Definition) -> Iterator[Block]:
    """Signed on paper, in French: words between braces are filled in when it is drawn."""
    filled = _("Mots remplis à l’édition : %(words)s.") % {
        "words": ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
    }
    yield Block(_("Les parties"), (
        Slot(("convention", "title"), _("Titre")),
        Slot(("convention", "parties_vendor"), _("L’éditeur"), long=True, hint=filled),
        Slot(("convention", "agency_name"), _("Nom de l’agence")),
        Slot(("convention", "parties_agency"), _("L’agence"), long=True),
    ))  # fmt: skip
    for n, article in enumerate(definition.convention.articles, start=1):
        title = _("Article %(n)d : %(title)s") % {"n": n, "title": said(article.title)}
        yield Block(title, tuple(_section(("convention", "articles", str(n)), article)))


def _section(inside: KeyPath, section: Section) -> Iterator[Slot]:
    yield Slot((*inside, "title"), _("Titre"))
    for name, label, texts in (
        ("paragraphs", _("Paragraphe %(n)d"), section.paragraphs),
        ("items", _("Point %(n)d"), section.items),
    ):
        for n, _text in enumerate(texts, start=1):
            yield Slot((*inside, name, str(n)), label % {"n": n}, long=True)


def requirement_blocks(chapter: Chapter, requirement: Requirement) -> tuple[Block, ...]:
    inside: KeyPath = ("chapters", chapter.key, "requirements", requirement.key)
    html = requirement.html
    blocks = [
        Block(_("Exigence %(code)s") % {"code": requirement.code}, (
            Slot((*inside, "title"), _("Titre")),
            Slot((*inside, "statement"), _("Énoncé"), long=True, html=html),
            Slot((*inside, "comment"), _("Commentaire"), long=True, required=False),
        ))
    ]  # fmt: skip
    for scenario in requirement.scenarios:
        of: KeyPath = (*inside, "scenarios", scenario.key)
        slots = [Slot((*of, "text"), _("Texte du scénario"), long=True, html=html)]
        for proof in scenario.proofs:
            asked: KeyPath = (*of, "proofs", proof.key)
            name = proof.code or "–"
            slots.append(Slot((*asked, "text"), _("Preuve %(code)s") % {"code": name}, long=True))
            slots.append(
                Slot((*asked, "kinds"), _("Types admis pour la preuve %(code)s") % {"code": name}, kinds=True)
            )
        blocks.append(Block(_("Scénario %(code)s") % {"code": scenario.code or "–"}, tuple(slots)))
    return tuple(blocks)
