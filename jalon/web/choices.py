"""Choices of the simulator in an address: shown, shared, and carried to the opening of an application.

An address is anybody's to write: what the definition does not know is told, and left out. Nothing is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from jalon.programmes.definition.choices import Answer, Choices, open_profiles, questions
from jalon.programmes.definition.schema import Definition, FormField
from jalon.web.answers import answer_lines, said

PROFILE = "profil"
CLAIM = "statut."
ANSWER = "reponse."
WAY = "choix."
YES, NO = "yes", "no"  # as the yes/no component sends them
_TOLD = 8  # of the unknown things in an address
_LONGEST = 60


@dataclass(frozen=True)
class Read:
    """What an address says. `unknown`: one sentence for each thing that the programme does not know."""

    choices: Choices
    unknown: tuple[str, ...]


def read_choices(query: QueryDict, definition: Definition) -> Read:
    unknown: list[str] = []
    choices = Choices(
        _profiles(query, definition, unknown),
        _claims(query, definition, unknown),
        _answers(query, definition, unknown),
        _ways(query, definition, unknown),
    )
    return Read(choices, tuple(unknown[:_TOLD]))


def choice_pairs(choices: Choices) -> list[tuple[str, str]]:
    """The choices as parameters, always in the same order: equal choices have one address."""
    pairs = [(PROFILE, key) for key in sorted(choices.profiles)]
    pairs += [(f"{CLAIM}{key}", YES) for key in sorted(choices.claims)]
    for key, answer in sorted(choices.answers.items()):
        pairs += [(f"{ANSWER}{key}", value) for value in ([answer] if isinstance(answer, str) else answer)]
    return pairs + [(f"{WAY}{key}", way) for key, way in sorted(choices.ways.items())]


def choice_query(choices: Choices, **more: str) -> str:
    """`?profil=…`, or "" when nothing is chosen. `more`: other parameters; empty ones are left out."""
    encoded = urlencode([*choice_pairs(choices), *((k, v) for k, v in more.items() if v)])
    return f"?{encoded}" if encoded else ""


def has_choices(query: QueryDict) -> bool:
    """Whether an address carries choices at all, known ones or not."""
    return any(name == PROFILE or name.startswith((CLAIM, ANSWER)) for name in query)


def choice_lines(
    definition: Definition, choices: Choices, ways: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """The choices in words: (question, answer). `ways`: those that decide; one may be in the address for nothing."""
    profiles = [said(p.label) for p in definition.profiles if p.locked or p.key in choices.profiles]
    between = _(" ; ")
    lines = [(_("Profils"), between.join(profiles))]
    lines += [(said(c.label), _("Oui") if c.key in choices.claims else _("Non")) for c in definition.claims]
    for field in questions(definition):
        given = answer_lines(field, choices.answers.get(field.key), definition)
        lines.append((said(field.label), between.join(given) or _("sans réponse")))
    for choice in definition.one_of:
        option = choice.option(choices.ways.get(choice.key, ""))
        if option and option.key == (ways or {}).get(choice.key):
            lines.append((said(choice.label), said(option.label)))
    return lines


def _profiles(query: QueryDict, definition: Definition, unknown: list[str]) -> frozenset[str]:
    known = {p.key for p in definition.profiles}
    told = _("Le profil « %(name)s » n’existe pas dans cette démarche : il est laissé de côté.")
    sent = dict.fromkeys(query.getlist(PROFILE))
    unknown += [told % {"name": _short(key)} for key in sent if key and key not in known]
    return frozenset(p.key for p in open_profiles(definition)) & set(query.getlist(PROFILE))


def _claims(query: QueryDict, definition: Definition, unknown: list[str]) -> frozenset[str]:
    known = {f"{CLAIM}{c.key}": c for c in definition.claims}
    held = set()
    for name in query:
        if not name.startswith(CLAIM):
            continue
        value = query.get(name, "")
        if name not in known:
            unknown.append(
                _("Le statut « %(name)s » n’existe pas dans cette démarche : il est laissé de côté.")
                % {"name": _short(name.removeprefix(CLAIM))}
            )
        elif value not in (YES, NO, ""):
            unknown.append(_no_answer(value, said(known[name].label)))
        elif value == YES:
            held.add(known[name].key)
    return frozenset(held)


def _answers(query: QueryDict, definition: Definition, unknown: list[str]) -> dict[str, Answer]:
    known = {f"{ANSWER}{f.key}": f for f in questions(definition)}
    found: dict[str, Answer] = {}
    for name in query:
        if not name.startswith(ANSWER):
            continue
        field = known.get(name)
        if field is None:
            unknown.append(
                _("La question « %(name)s » ne change rien à cette liste : elle est laissée de côté.")
                % {"name": _short(name.removeprefix(ANSWER))}
            )
            continue
        given = _known_values(field, query.getlist(name), unknown)
        if given:
            found[field.key] = given if field.kind == "choices" else given[-1]
    return found


def _ways(query: QueryDict, definition: Definition, unknown: list[str]) -> dict[str, str]:
    known = {f"{WAY}{choice.key}": choice for choice in definition.one_of}
    found = {}
    for name in query:
        if not name.startswith(WAY):
            continue
        choice, value = known.get(name), query.get(name, "")
        if choice is None:
            unknown.append(
                _("Le choix « %(name)s » n’existe pas dans cette démarche : il est laissé de côté.")
                % {"name": _short(name.removeprefix(WAY))}
            )
        elif choice.option(value):
            found[choice.key] = value
        elif value:
            unknown.append(_no_answer(value, said(choice.label)))
    return found


def _known_values(field: FormField, sent: list[str], unknown: list[str]) -> list[str]:
    known = [YES, NO] if field.kind == "yes_no" else [o.key for o in field.options]
    unknown += [_no_answer(value, said(field.label)) for value in sent if value and value not in known]
    return (
        [key for key in known if key in sent] if field.kind == "choices" else [v for v in sent if v in known]
    )


def _no_answer(value: str, question: str) -> str:
    return _("« %(value)s » n’est pas une réponse à « %(question)s » : elle est laissée de côté.") % {
        "value": _short(value),
        "question": question,
    }


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
