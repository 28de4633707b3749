"""What the papers of step 4 say: plain data for the templates in `pdf/`, always in French, frozen once made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jalon.applications.models import Application, MilestoneKind, MilestoneState
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import answers_of
from jalon.applications.queries.facts import frozen_facts, milestones
from jalon.applications.rules.answers import all_fields, asks_for_nil
from jalon.awards.models import Award, Convention, SigningInvitation
from jalon.awards.rules import fill, french_date
from jalon.awards.states import Party
from jalon.core import clock
from jalon.programmes.definition.applicability import applicability
from jalon.programmes.definition.award_words import AwardWords
from jalon.programmes.definition.schema import ConventionTemplate, Definition, Section

TEMPLATES = Path(__file__).parent / "pdf"


@dataclass(frozen=True)
class Representative:
    """Who signs for the vendor: bound to this name, function and address (situation 9)."""

    name: str
    function: str
    email: str


def day(value: date) -> str:
    return french_date(value.year, value.month, value.day)


def moment(value: datetime | None) -> str:
    """ "22 novembre 2026 à 10 h 02 min 12 s", in Paris."""
    if value is None:
        return "–"
    there = value.astimezone(clock.PARIS)
    return f"{day(there.date())} à {there:%H} h {there:%M} min {there:%S} s"


# --- The convention -----------------------------------------------------------------------------------------


def representative_of(application: Application) -> Representative:
    """The legal representative that step 1 names."""
    fields, answers = definition_for(application).convention.signatory_fields, answers_of(application)
    given = {role: str(answers.get(key) or "").strip() for role, key in fields.items()}
    name = f"{given['given_name']} {given['family_name']}".strip()
    return Representative(name, given["function"], given["email"])


def profile_labels(application: Application) -> list[str]:
    """The chosen profiles and the locked ones, in the order of the programme."""
    chosen = frozen_facts(application).profiles
    return [p.label.fr for p in definition_for(application).profiles if p.locked or p.key in chosen]


def convention_data(
    application: Application, *, n: int, at: datetime, representative: Representative
) -> dict[str, Any]:
    """Everything that the n-th convention prints. It is kept as its snapshot: the same data make the same page."""
    definition = definition_for(application)
    template, values = definition.convention, _values(application, definition, at, representative)
    return {
        "n": n,
        "title": fill(template.title.fr, values),
        "subtitle": f"{application.product_name} {application.version_label} – {application.company_name}",
        "programme": definition.title.fr,
        "programme_code": application.programme.code,
        "application_number": application.number,
        "product": application.product_name,
        "version": application.version_label,
        "nil": application.nil,
        "company": values["company"],
        "drawn_on": clock.paris_date(at).isoformat(),
        "representative": {
            "name": representative.name,
            "function": representative.function,
            "email": representative.email,
        },
        "vendor": {"name": values["company"], "text": fill(template.parties_vendor.fr, values)},
        "agency": {"name": template.agency_name.fr, "text": fill(template.parties_agency.fr, values)},
        "articles": [_article(section, values) for section in template.articles],
        "annex": _annex(application, definition, values),
        "takes_effect": definition.award.takes_effect.fr,
        "profiles": profile_labels(application),
        "chapters": _chapters(application, definition),
        "signatories": _signatories(template, values, representative),
    }


def _values(
    application: Application, definition: Definition, at: datetime, representative: Representative
) -> dict[str, str]:
    """The words that a convention's text may name: `check.PLACEHOLDERS`."""
    company = _company(application, definition)
    return {
        "product": application.product_name,
        "version": application.version_label,
        "nil": application.nil,
        "company": company["name"],
        "company_address": company["address"],
        "register_number": company["register_number"],
        "representative_name": representative.name,
        "representative_function": representative.function,
        "profiles": ", ".join(profile_labels(application)),
        "programme": definition.title.fr,
        "application_number": application.number,
        "date": day(clock.paris_date(at)),
        "agency": definition.convention.agency_name.fr,
    }


def _company(application: Application, definition: Definition) -> dict[str, str]:
    """The company as step 1 describes it, and as iSC knows it where step 1 does not ask."""
    answers, company = answers_of(application), application.company
    given = {f.source: str(answers.get(f.key) or "").strip() for f in all_fields(definition) if f.source}
    number = given.get("company.siren") or given.get("company.vat") or company.register_number
    return {
        "name": given.get("company.name") or application.company_name,
        "address": " ".join((given.get("company.address") or company.address).split()),
        "register_number": _grouped(number),
    }


def _grouped(number: str) -> str:
    """A SIREN is read in groups of three."""
    if len(number) == 9 and number.isdecimal():
        return f"{number[:3]}\u00a0{number[3:6]}\u00a0{number[6:]}"
    return number


def _article(section: Section, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": fill(section.title.fr, values),
        "paragraphs": [fill(p.fr, values) for p in section.paragraphs],
        "items": [fill(i.fr, values) for i in section.items],
    }


def _annex(
    application: Application, definition: Definition, values: Mapping[str, str]
) -> list[dict[str, str]]:
    revision = application.revision
    rows = [
        ("Solution", application.product_name),
        ("Version", application.version_label),
        *([("NIL", application.nil or "–")] if asks_for_nil(definition) else []),
        ("Éditeur", values["company"]),
        ("Immatriculation", values["register_number"]),
        ("Candidature", application.number),
        ("Démarche", definition.title.fr),
        ("Référentiel", f"révision {revision.number}, en vigueur au {day(revision.effective_on)}"),
    ]
    return [{"name": name, "value": value} for name, value in rows]


def _chapters(application: Application, definition: Definition) -> list[dict[str, Any]]:
    found = applicability(definition, frozen_facts(application))
    return [
        {
            "title": chapter.title.fr,
            "requirements": sum(
                1 for r in found.applicable if r.chapter.key == chapter.key and r.applicable_proofs
            ),
            "proofs": sum(len(r.applicable_proofs) for r in found.applicable if r.chapter.key == chapter.key),
        }
        for chapter in found.chapters
    ]


def _signatories(
    template: ConventionTemplate, values: Mapping[str, str], representative: Representative
) -> list[dict[str, str]]:
    return [
        {
            "party": "Pour l’éditeur",
            "organisation": values["company"],
            "name": representative.name,
            "function": representative.function,
            "note": f"Signature électronique simple, par lien à usage unique et code envoyé à {representative.email}.",
        },
        {
            "party": "Pour l’agence",
            "organisation": template.agency_name.fr,
            "name": "Signataire habilité",
            "function": "désigné par la signature électronique contenue dans ce fichier",
            "note": "Signature électronique simple, apposée en dernier, après l’avis favorable du collège.",
        },
    ]


# --- The evidence of a signature ----------------------------------------------------------------------------


@dataclass(frozen=True)
class SigningFact:
    """One fact of how a signature was given."""

    name: str
    at: datetime | None
    address: str = ""


def evidence_data(
    convention: Convention,
    *,
    party: Party,
    signer: Representative,
    facts: Sequence[SigningFact],
    before: str,
    after: str,
    file_name: str,
) -> dict[str, Any]:
    frozen = json.loads(convention.snapshot)
    side = "l’éditeur" if party == Party.VENDOR else "l’agence"
    return {
        "title": "Preuve de signature électronique",
        "subtitle": f"{frozen['title']} – {frozen['product']} {frozen['version']}",
        "statement": (
            f"Ce document retrace la signature électronique simple donnée pour {side} sur la convention désignée "
            "ci-dessous. La plateforme l’établit au moment de la signature et le conserve avec elle."
        ),
        "application_number": frozen["application_number"],
        "agency": frozen["agency"]["name"],
        "signer": [
            {"name": "Nom", "value": signer.name},
            {"name": "Fonction", "value": signer.function or "–"},
            {"name": "Adresse électronique", "value": signer.email or "–"},
            {"name": "Signe pour", "value": frozen["vendor" if party == Party.VENDOR else "agency"]["name"]},
        ],
        "events": [{"name": f.name, "at": moment(f.at), "address": f.address or "–"} for f in facts],
        "document": {"name": file_name, "before": before, "after": after},
    }


def invitation_facts(
    invitation: SigningInvitation, *, signed_at: datetime, address: str
) -> list[SigningFact]:
    return [
        SigningFact(f"Lien envoyé à {invitation.signer_email}", invitation.sent_at),
        SigningFact("Lien ouvert", invitation.opened_at, invitation.opened_from),
        SigningFact(f"Code envoyé à {invitation.signer_email}", invitation.code_sent_at),
        SigningFact("Code saisi, convention signée", signed_at, address),
    ]


# --- The award ----------------------------------------------------------------------------------------------


def award_data(
    application: Application, convention: Convention, *, number: str, at: datetime
) -> dict[str, Any]:
    """What the award freezes."""
    frozen, opinion = json.loads(convention.snapshot), application.opinion
    definition = definition_for(application)
    held = milestones(application, MilestoneKind.PREREQUISITE)
    return {
        "number": number,
        "application_number": application.number,
        "programme_code": application.programme.code,
        "programme": frozen["programme"],
        "revision": {"number": application.revision.number, "sha256": application.revision.sha256},
        "agency": frozen["agency"]["name"],
        "company": frozen["company"],
        "register_number": application.company.register_number,
        "country": application.company.country,
        "product": frozen["product"],
        "version": frozen["version"],
        "nil": frozen["nil"],
        "asks_for_nil": asks_for_nil(definition),
        "profiles": frozen["profiles"],
        "opinion": {"session_on": opinion.session_on.isoformat(), "outcome": opinion.outcome},
        "convention": {"n": convention.n, "sha256": convention.latest.sha256},
        "prerequisites": {
            key: row.obtained_on.isoformat() if row.obtained_on else None
            for key, row in sorted(held.items())
            if row.state == MilestoneState.CONFIRMED
        },
        "entry_into_force_on": clock.paris_date(at).isoformat(),
        "words": _words(definition.award),
    }


def _words(words: AwardWords) -> dict[str, str]:
    """What the certificate says of the award."""
    return {
        "certificate": words.certificate.fr,
        "number": words.number.fr,
        "awarded_from": words.awarded_from.fr,
        "profiles": words.profiles.fr,
    }


def certificate_data(award: Award) -> dict[str, Any]:
    frozen = json.loads(award.snapshot)
    session = date.fromisoformat(frozen["opinion"]["session_on"])
    # An award that was frozen with fewer words reads as awards did then.
    words = {**_words(AwardWords()), **frozen.get("words", {})}
    register = "SIREN" if frozen["country"] == "FR" else "Immatriculation"
    return {
        "title": words["certificate"],
        "subtitle": f"{frozen['product']} {frozen['version']}",
        "award_number": award.number,
        "application_number": frozen["application_number"],
        "agency": frozen["agency"],
        "programme": frozen["programme"],
        "product": frozen["product"],
        "version": frozen["version"],
        "company": frozen["company"],
        "company_register": f"{register} {_grouped(frozen['register_number'])}",
        "entry_into_force": day(award.entry_into_force_on),
        "profiles": frozen["profiles"],
        "words": words,
        "facts": [
            {"name": words["number"], "value": award.number},
            *([{"name": "NIL", "value": frozen["nil"] or "–"}] if frozen.get("asks_for_nil", True) else []),
            {"name": "Candidature", "value": frozen["application_number"]},
            {"name": "Avis du collège", "value": f"favorable, séance du {day(session)}"},
            {"name": "Convention", "value": "signée par les deux parties"},
            {"name": "Référentiel", "value": f"révision {frozen['revision']['number']}"},
        ],
    }
