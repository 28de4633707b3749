"""What is wrong with a definition, where, and how to mend it. No Django: both languages stand here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jalon.programmes.definition.workbook_sentences import WORKBOOK_MESSAGES

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """One fault. `path` leads to it in the definition; `file` and `line` when it was read from a folder."""

    code: str
    path: Path = ()
    file: str = ""
    line: int = 0
    params: dict[str, str] = field(default_factory=dict)

    def message(self, language: str = "fr") -> str:
        return sentence(self.code, self.params, language)

    @property
    def where(self) -> str:
        """`chapters[3].requirements[0].key`"""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code, "file": self.file, "line": self.line, "path": self.where,
            "message": self.message("fr"), "message_en": self.message("en"),
        }  # fmt: skip

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " : ".join(part for part in (place, self.where, self.message()) if part)


class DefinitionError(ValueError):
    """A definition that cannot be used; `findings` says all that is wrong."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def sentence(code: str, params: Mapping[str, str], language: str = "fr") -> str:
    fr, en = MESSAGES[code]
    return (en if language == "en" else fr).format_map(params)


MESSAGES: dict[str, tuple[str, str]] = {
    # Files
    "folder.missing": ("Le dossier « {name} » n’existe pas.", "There is no folder “{name}”."),
    "folder.no_programme": (
        "Aucune démarche dans « {name} » : il faut programme.yaml ici, dans <démarche>/ ou <parcours>/<démarche>/.",
        "No programme in “{name}”: it needs programme.yaml, there or in <programme>/ or in <track>/<programme>/.",
    ),
    "folder.not_a_programme": (
        "« {name} » n’a pas de programme.yaml : ajoutez-le, ou nommez le dossier « _{name} » pour l’exclure.",
        "“{name}” has no programme.yaml: add it, or name the folder “_{name}” to leave it out.",
    ),
    "folder.not_a_track": (
        "« {name} » n’a ni track.yaml ni démarche : ajoutez-les, ou nommez le dossier « _{name} » pour l’exclure.",
        "“{name}” has neither track.yaml nor a programme: add them, or name the folder “_{name}” to leave it out.",
    ),
    "folder.not_empty": (
        "Le dossier « {name} » n’est pas vide : choisissez un autre dossier ou videz-le.",
        "The folder “{name}” is not empty: choose another or empty it.",
    ),
    "file.missing": ("Le fichier « {name} » manque.", "The file “{name}” is missing."),
    "file.unexpected": (
        "« {name} » n’a pas sa place ici : vérifiez le nom, ou retirez-le.",
        "“{name}” does not belong here: check its name, or remove it.",
    ),
    "file.link": (
        "« {name} » est un lien : mettez le fichier lui-même.",
        "“{name}” is a link: put the file itself.",
    ),
    "file.too_large": (
        "Le fichier dépasse {limit}. Répartissez son contenu.",
        "The file is larger than {limit}. Split its content.",
    ),
    "files.too_large": (
        "Les fichiers à télécharger dépassent {limit} en tout.",
        "The files to download exceed {limit} in all.",
    ),
    "file.not_text": ("Le fichier n’est pas en UTF-8.", "The file is not UTF-8."),
    # YAML
    "yaml.syntax": ("Ce n’est pas du YAML : {problem}.", "Not YAML: {problem}."),
    "yaml.empty": ("Le fichier est vide.", "The file is empty."),
    "yaml.several": ("Un seul document par fichier : retirez « --- ».", "One document a file: remove “---”."),
    "yaml.alias": (
        "Les ancres (&) et renvois (*) ne sont pas admis : recopiez le texte, ou mettez-le entre guillemets.",
        "Anchors (&) and aliases (*) are not accepted: copy the text, or quote it.",
    ),
    "yaml.tag": (
        "Les étiquettes (!) ne sont pas admises : mettez le texte entre guillemets.",
        "Tags (!) are not accepted: quote the text.",
    ),
    "yaml.duplicate": (
        "La clé « {name} » est écrite deux fois (déjà ligne {first}).",
        "The key “{name}” is written twice (first on line {first}).",
    ),
    "yaml.key": ("Une clé doit être un simple mot.", "A key must be a plain word."),
    "yaml.deep": ("Trop de niveaux imbriqués (limite : {limit}).", "Nested too deep (limit: {limit})."),
    "yaml.character": (
        "Un caractère de contrôle se trouve dans ce texte : retirez-le.",
        "There is a control character in this text: remove it.",
    ),
    # Form of the definition
    "schema.missing": ("« {name} » manque.", "“{name}” is missing."),
    "schema.unknown": ("La clé « {name} » est inconnue.", "The key “{name}” is unknown."),
    "schema.text": (
        "Un texte est attendu ; mettez la valeur entre guillemets.",
        "A text is expected; quote the value.",
    ),
    "schema.integer": ("Un nombre entier est attendu.", "A whole number is expected."),
    "schema.boolean": ("true ou false est attendu.", "true or false is expected."),
    "schema.list": ("Une liste est attendue (- …).", "A list is expected (- …)."),
    "schema.mapping": (
        "Un groupe « clé : valeur » est attendu ; un texte s’écrit {{fr: …}}.",
        "A group “key: value” is expected; a text is written {{fr: …}}.",
    ),
    "schema.choice": ("La valeur doit être l’une de : {expected}.", "The value must be one of: {expected}."),
    "schema.condition": (
        "Une condition commence par profile, claim, answer, all, any ou not.",
        "A condition begins with profile, claim, answer, all, any or not.",
    ),
    "schema.empty": ("Ce texte est vide.", "This text is empty."),
    "schema.long": ("Plus de {limit} caractères.", "More than {limit} characters."),
    "schema.pattern": (
        "La valeur n’a pas la forme {pattern}.",
        "The value does not have the form {pattern}.",
    ),
    "schema.few": ("Il faut au moins {limit} élément.", "At least {limit} element is needed."),
    "schema.low": ("La valeur est inférieure à {limit}.", "The value is below {limit}."),
    "schema.high": ("La valeur est supérieure à {limit}.", "The value is above {limit}."),
    "schema.other": ("Valeur refusée : {problem}.", "Value refused: {problem}."),
    "export.too_long": (
        "{code}, colonne « {column} » : plus de {limit} caractères, la limite d’une cellule ; raccourcissez-le.",
        "{code}, column “{column}”: more than {limit} characters do not fit into a cell; shorten it.",
    ),
    "export.same_proof": (
        "{code}, scénario {name} : deux preuves sans rien qui les distingue ; donnez-leur un numéro.",
        "{code}, scenario {name}: two proofs that nothing tells apart; give them a number.",
    ),
    "profile.unknown": (
        "Le profil « {name} » est inconnu ; les profils de ce programme sont : {known}.",
        "The profile “{name}” is unknown; those of this programme are: {known}.",
    ),
    "code.invalid": (
        "« {name} » ne peut pas servir de code : minuscules sans accent, chiffres, « - », « _ » et « . ».",
        "“{name}” cannot be a code: lower case without accents, digits, “-”, “_” and “.”.",
    ),
    # References (check.py)
    "key.duplicate": ("La clé « {name} » sert deux fois.", "The key “{name}” is used twice."),
    "reference.unknown": (
        "« {name} » ne désigne aucun élément ({what}) de la définition.",
        "“{name}” names no {what_en} of the definition.",
    ),
    "profile.locked": (
        "Aucun profil n’est verrouillé : l’un d’eux (locked: true) doit valoir pour toutes les candidatures.",
        "No profile is locked: one of them (locked: true) must hold for every application.",
    ),
    "steps.proofs": (
        "Il faut une étape « proofs », et une seule.",
        "There must be one step “proofs”, and only one.",
    ),
    "steps.forms": (
        "Les étapes « form » viennent en premier, et il en faut au moins une.",
        "The steps “form” come first, and there must be at least one.",
    ),
    "steps.convention": (
        "La dernière étape, et elle seule, doit être « convention ».",
        "The last step, and only that one, must be “convention”.",
    ),
    "field.siren_of": (
        "siren_of : « {name} » n’est pas un champ de type siren.",
        "siren_of: “{name}” is not a field of kind siren.",
    ),
    "field.options": ("Une question à choix demande des options.", "A question with choices needs options."),
    "field.profiles": (
        "Aucune question de type « profiles » : les profils ne pourraient pas être choisis.",
        "No question of kind “profiles”: profiles could not be chosen.",
    ),
    "file.unknown": (
        "Le fichier à télécharger « {name} » n’est pas dans files/.",
        "The file to download “{name}” is not in files/.",
    ),
    "file.name": ("Nom de fichier refusé : « {name} ».", "File name refused: “{name}”."),
    "file.content": (
        "Le contenu de « {name} » n’est pas en base64.",
        "The content of “{name}” is not base64.",
    ),
    "pattern.invalid": (
        "Le format « {name} » n’est pas une expression régulière.",
        "“{name}” is not a pattern.",
    ),
    "placeholder.unknown": (
        "« {{{name}}} » n’est pas connu ; les mots connus sont : {known}.",
        "“{{{name}}}” is not known; the known ones are: {known}.",
    ),
    "placeholder.none": (
        "« {{{name}}} » : rien n’est rempli entre accolades dans ce texte.",
        "“{{{name}}}”: nothing is filled in between braces in this text.",
    ),
    "placeholder.layout": (
        "« {{{name}}} » s’écrit seul entre ses accolades, sans « : » ni « ! ».",
        "“{{{name}}}” stands alone between its braces, without “:” or “!”.",
    ),
    "placeholder.syntax": (
        "Une accolade n’est pas fermée, ou est à doubler ({{{{ ou }}}}).",
        "A brace is not closed, or has to be doubled ({{{{ or }}}}).",
    ),
    "check.unknown": (
        "Le contrôle « {name} » est inconnu ; ceux qui se déclarent sont : {known}.",
        "There is no check “{name}”; those to declare are: {known}.",
    ),
    "check.misplaced": (
        "Le contrôle « {name} » porte sur « {about} », que cette preuve n’accepte pas.",
        "The check “{name}” is about “{about}”, which this proof does not accept.",
    ),
    "check.firm": (
        "Le contrôle « {name} » est toujours bloquant.",
        "The check “{name}” is always blocking.",
    ),
    "check.parameter": (
        "Le contrôle « {check} » n’a pas de réglage « {name} » ; les siens sont : {known}.",
        "The check “{check}” has no setting “{name}”; its own are: {known}.",
    ),
    "check.value": ("« {name} » attend {expected}.", "“{name}” takes {expected_en}."),
    "one_of.option": (
        "« {name} » n’est pas une possibilité du choix « {other} ».",
        "“{name}” is no option of the choice “{other}”.",
    ),
    "prerequisite.cycle": (
        "« {name} » s’attend lui-même, directement ou non.",
        "“{name}” waits for itself, directly or not.",
    ),
    "zone.unknown": ("Le fuseau horaire « {name} » est inconnu.", "The time zone “{name}” is unknown."),
    "date.invalid": ("« {name} » n’est pas une date qui existe.", "“{name}” is not a date that exists."),
    "chapter.empty": ("Le chapitre n’a aucune exigence.", "The chapter has no requirement."),
    **WORKBOOK_MESSAGES,
}
