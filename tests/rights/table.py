"""Every address: who may open it, and with which ids. A new address without a row fails (test_every_url.py).

Somebody whom a row does not name gets the answer of a thing that does not exist, whatever the method.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from jalon.applications.actions.opening import charter_text
from jalon.applications.models import Answer, Part
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import answer_marks, answers_of
from jalon.applications.rules.answers import all_fields, form_steps
from jalon.applications.states import PartKind
from jalon.core import clock
from jalon.core.canonical import sha256_hex
from jalon.demo.play import Play
from jalon.demo.samples import sample_pdf
from jalon.evidence.queries import slot_views
from jalon.programmes.definition.workbook.exporting import write_workbook
from jalon.programmes.models import GateKind
from jalon.programmes.queries import (
    chosen_rules,
    draft_definition,
    open_matches,
    publication_mark,
    revision_by_number,
)
from jalon.reviews.actions.declarations import decide_declared_claim, declare_again
from jalon.reviews.actions.files import refuse_file
from jalon.reviews.actions.versions import declare_version
from jalon.reviews.queries.declarations import declaration_ahead, declared_fields
from jalon.vendors.queries import sheet_of, version_sheet_of
from jalon.vendors.rules import ProductSheet, VersionSheet, digests
from jalon.web.agency.programmes.text_forms import digest_of
from jalon.web.vendor.declaration import mark
from jalon.web.vendor.form_values import VERSION
from jalon.web.vendor.recap import SEEN
from tests.rights.asking import ABSENT_ID, ABSENT_NUMBER, Case, Id, Upload
from tests.rights.world import World
from tests.scenarios.revisions import draft, programme
from tests.scenarios.small import SMALL_CODE

# --- Who ----------------------------------------------------------------------------------------------------

NOBODY = frozenset({"nobody"})
AGENT = frozenset({"agent"})
LEADERS = frozenset({"agent", "delegate"})
ATTACHED = LEADERS | {"attached"}
OUR_COMPANY = ATTACHED | {"unattached"}
THEIR_COMPANY = frozenset({"rival", "rival attached"})
VENDORS = OUR_COMPANY | THEIR_COMPANY
INSTRUCTION = frozenset({"verifier", "referent", "manager", "assigned"})
DECISION = frozenset({"college", "signatory"})
STAFF = INSTRUCTION | DECISION | {"conflicted", "unassigned", "elsewhere", "administrator"}
SIGNED_IN = VENDORS | STAFF | {"without company", "former"}
EVERYBODY = SIGNED_IN | NOBODY

# Files that the agency sees, and those that the college and the signatory see.
SUBMITTED = frozenset({"submitted", "proving", "ready", "signing", "listed"})
DECIDED = frozenset({"signing", "listed"})


def agency_of(stage: str) -> frozenset[str]:
    """The agency's people in whose scope our file of this stage is."""
    return (INSTRUCTION if stage in SUBMITTED else frozenset()) | (
        DECISION if stage in DECIDED else frozenset()
    )


# --- Rows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """`open_to`: for whom it is there. `may_post`: who may send its form; the rest of `open_to` is refused."""

    cases: Callable[[World], list[Case]]
    open_to: frozenset[str]
    may_post: frozenset[str]
    json: bool = False  # called by scripts: answers 401 and 404 as JSON
    # Pages of one's own things: not refused to others of the same side, but they must not name ours.
    own: bool = False
    public: bool = False
    # Who reads everything of this kind by role, ours included.
    reads_all: frozenset[str] = frozenset()
    # People of the same company, who may know that it is there: told that they may not, instead of nothing.
    known_to: frozenset[str] = frozenset()


def plain(_world: World) -> list[Case]:
    return [Case()]


def public(cases: Callable[[World], list[Case]] = plain) -> Row:
    return Row(cases, EVERYBODY, EVERYBODY, public=True)


def own(people: frozenset[str], cases: Callable[[World], list[Case]] = plain) -> Row:
    return Row(cases, people, people, own=True)


def number(play: Play) -> Id:
    return Id(play.number, ABSENT_NUMBER)


Extra = Mapping[str, Any]


def of_file(
    *stages: str,
    args: Callable[[World, Play], Extra] = lambda _w, _p: {},
    query: Callable[[World, Play], Extra] = lambda _w, _p: {},
    post: Callable[[World, Play], Extra] | None = None,
    people: frozenset[str] = ATTACHED,
    may_post: frozenset[str] = ATTACHED,
    json: bool = False,
    known_to: frozenset[str] = frozenset(),
    writes: bool = True,
) -> Row:
    """A page below /candidatures/<number>, tried on our files of these stages. The agency is led to its own."""

    def cases(world: World) -> list[Case]:
        return [
            Case(
                args={"number": number(world.ours[stage]), **args(world, world.ours[stage])},
                query=query(world, world.ours[stage]),
                post=post(world, world.ours[stage]) if post else None,
                open_to=people | agency_of(stage),
                writes=writes,
            )
            for stage in stages
        ]

    return Row(cases, people, may_post, json=json, known_to=known_to)


def of_product(
    *,
    args: Callable[[World, Play], Extra] = lambda _w, _p: {},
    post: Callable[[World, Play], Extra] | None = None,
    may_post: frozenset[str] = LEADERS,
) -> Row:
    def cases(world: World) -> list[Case]:
        play = world.ours["proving"]
        reference = Id(world.product(play).reference, "PR00000000")
        return [Case({"reference": reference, **args(world, play)}, post=post(world, play) if post else None)]

    return Row(cases, ATTACHED, may_post)


# --- What the forms send ------------------------------------------------------------------------------------


def seen_of(sheet: ProductSheet | VersionSheet) -> dict[str, str]:
    return {f"vu.{field}": digest for field, digest in digests(sheet).items()}


def listed_chapter(world: World) -> str:
    return definition_for(world.ours["opened"].application).chapters[0].key


def form_key(play: Play) -> str:
    return form_steps(definition_for(play.application))[0].key


def field_of(play: Play, *kinds: str) -> str:
    """The first answered question of these kinds in the first step (documents: in any)."""
    given = set(Answer.objects.filter(application__number=play.number).values_list("field", flat=True))
    steps = form_steps(definition_for(play.application))
    first = [f.key for s in steps[0].sections for f in s.fields if f.kind in kinds and f.key in given]
    return (
        first[0]
        if first
        else next(f.key for f in all_fields(definition_for(play.application)) if f.kind in kinds)
    )


def first_chapter(_world: World, play: Play) -> Extra:
    return {"key": play.chapters()[0]}


def reports_case(world: World) -> list[Case]:
    """Without a chosen report nothing is fetched, and nothing is kept."""
    play = world.ours["proving"]
    key = play.chapters()[0]
    place = {"number": number(play), "key": key, "item": slot_views(play.application, key)[0].key}
    return [Case(place, post={"url": ""}, writes=False, open_to=ATTACHED | agency_of("proving"))]


def second_chapter(_world: World, play: Play) -> Extra:
    return {"key": play.chapters()[1]}


def form_step(_world: World, play: Play) -> Extra:
    return {"key": form_key(play)}


def step_of(play: Play, field: str) -> Extra:
    steps = form_steps(definition_for(play.application))
    return {"key": next(s.key for s in steps for x in s.sections for f in x.fields if f.key == field)}


def document_step(world: World, play: Play) -> Extra:
    return step_of(play, world.answer_document(play).field)


def removed_document(world: World, play: Play) -> Extra:
    given = world.answer_document(play)
    return {"retirer": Id(f"{given.field}:{given.document_id}", f"{given.field}:{ABSENT_ID}")}


def saved_field(_world: World, play: Play) -> Extra:
    field = field_of(play, "text")
    version = (
        Answer.objects.filter(application__number=play.number, field=field)
        .values_list("version", flat=True)
        .first()
    )
    return {"field": field, "value": "Autre réponse", "version": str(version or 0)}


def versions(play: Play) -> Extra:
    """The hidden inputs that say which answers the page showed."""
    stored = Answer.objects.filter(application__number=play.number)
    return {f"{VERSION}{a.field}": str(a.version) for a in stored}


def removed_item(world: World, play: Play) -> Extra:
    item = world.item(play)
    slot = item.proof.slot.item_key
    return {"remove": Id(f"{slot} {item.pk}", f"{slot} {ABSENT_ID}")}


def reused_file(world: World, play: Play) -> Extra:
    """A file of the company's proofs: another company's is as good as none."""
    return {"document": Id(world.item(play).document_id)}


def reused_where(world: World, play: Play) -> Extra:
    given = world.item(play)
    views = slot_views(play.application, play.chapters()[0])
    other = next(v.key for v in views if v.is_open and v.key != given.proof.slot.item_key)
    return {"document": str(given.document_id), "slot": other}


def begun_upload(world: World, play: Play) -> Extra:
    return {"token": Id(world.upload(play).token, "0" * 64)}


def many_confirmed(world: World, play: Play) -> Extra:
    slot = next(v.key for v in slot_views(play.application, play.chapters()[0]) if v.is_open)
    return {f"go:{world.held(play).token}": slot}


def commented_slot(_world: World, play: Play) -> Extra:
    slot = next(v.key for v in slot_views(play.application, play.chapters()[0]) if v.is_open)
    return {f"comment:{slot}": "Refait.", f"was:{slot}": "", "slot": slot}


def documents_cases(world: World) -> list[Case]:
    """A file of each kind: answers, proofs of every age, prerequisites, conventions, evidence, certificate."""
    found: dict[str, Case] = {}
    for stage, play in world.ours.items():
        for kind, pk in world.documents(play).items():
            open_to = (
                frozenset({"agent", "delegate", "unattached"}) if stage == "beside" else ATTACHED
            ) | agency_of(stage)
            found[kind] = Case({"number": number(play), "document_id": Id(pk)}, open_to=open_to)
    assert len(found) == 10, found.keys()
    return list(found.values())


def charter_case(world: World) -> list[Case]:
    text = charter_text(definition_for(world.ours["opened"].application).charter, "fr")
    form = {"charter": "yes", "charter_sha256": sha256_hex(text), "charter_language": "fr"}
    return [Case({"code": SMALL_CODE, "version_id": Id(world.free_version("agent").pk)}, post=form)]


def member_case(who: str) -> Callable[[World], list[Case]]:
    return lambda world: [Case({"membership_id": Id(world.membership(who).pk)}, post={})]


def notice_case(world: World) -> list[Case]:
    return [Case({"notice_id": Id(world.notice("agent").pk)}, post={})]


def signing(**post: str) -> Callable[[World], list[Case]]:
    """Behind a link. The token is the whole right, so that anybody who holds it may."""
    return lambda world: [
        Case({"token": Id(world.tokens(world.ours["signing"])[0], "x" * 65)}, post=post, writes=False)
    ]


def redrawn(_world: World, _play: Play) -> Extra:
    return {"name": "Ana Diaz", "function": "Présidente", "email": "ana@clairvue.example", "reason": "Départ"}


# --- The agency's pages -------------------------------------------------------------------------------------


def of_agency(
    *stages: str,
    args: Callable[[World, Play], Extra] = lambda _w, _p: {},
    post: Callable[[World, Play], Extra] | None = None,
    by: str = "verifier",
    may_post: frozenset[str] = frozenset(),
    people: frozenset[str] | None = None,
    known_to: frozenset[str] = frozenset(),
    before: Callable[[World], Any] | None = None,
) -> Row:
    """A page below /instruction/<number>: for whom of the agency the file is in scope, and nobody of a company."""

    def cases(world: World) -> list[Case]:
        return [
            Case(
                args={"number": number(world.ours[stage]), **args(world, world.ours[stage])},
                post={"confirmed": "yes", "checked": "yes", **post(world, world.ours[stage])}
                if post
                else None,
                by=by,
                open_to=agency_of(stage) if people is None else people,
                before=before,
            )
            for stage in stages
        ]

    return Row(cases, INSTRUCTION, may_post, known_to=known_to)


def submitted_documents(world: World) -> list[Case]:
    """The agency opens a file of each kind, but no draft: what is not handed in is the vendor's alone."""
    found: dict[str, Case] = {}
    for stage in sorted(SUBMITTED):
        play = world.ours[stage]
        for kind, pk in world.documents(play).items():
            nobody = kind == "draft proof"
            found[kind] = Case(
                {"number": play.number if nobody else number(play), "document_id": Id(pk)},
                by="verifier",
                open_to=frozenset() if nobody else agency_of(stage),
            )
    assert len(found) == 10, found.keys()
    return list(found.values())


def round_of(play: Play, key: str) -> str:
    return str(Part.objects.get(application__number=play.number, key=key).round)


def decided(_world: World, play: Play) -> Extra:
    part = Part.objects.filter(application__number=play.number, kind=PartKind.FORM).latest("position")
    claims = {f"claim.{c.key}": "yes" for c in definition_for(play.application).claims}
    return {"decision": "refuse", "reasons": "Hors du périmètre", "round": str(part.round), **claims}


def judged(_world: World, play: Play) -> Extra:
    view = slot_views(play.application, play.chapters()[1])[0]
    return {"preuve": view.key, "outcome": "conforming", "version": str(view.version), "seen": "0"}


def closed(_world: World, play: Play) -> Extra:
    return {"act": "validate", "round": round_of(play, f"chapter:{play.chapters()[1]}")}


def extended(_world: World, _play: Play) -> Extra:
    day = clock.paris_date(clock.now()) + timedelta(days=400)
    return {
        "kind": GateKind.END_OF_EXCHANGES.value,
        "wall_time": f"{day.isoformat()}T12:00",
        "reason": "Demande",
    }


def today(**more: str) -> Callable[[World, Play], Extra]:
    return lambda _w, _p: {"session_on": clock.paris_date(clock.now()).isoformat(), **more}


def judge_second(world: World) -> None:
    play = world.ours["proving"]
    play.judge(play.chapters()[1])


def declare(world: World) -> None:
    play = world.ours["proving"]
    declare_version(actor=play.vendor, number=play.number, label="99.1", changes="Correctif")


def declared_again(play: Play) -> Extra:
    """The answers of today, with another number behind the claim."""
    known = answers_of(play.application)
    asked = [f.key for f in declared_fields(definition_for(play.application))]
    sent = {key: known.get(key) or "" for key in asked} | {"vague_1": "yes", "wiin_id": "WIIN-8"}
    seen = mark(declaration_ahead(play.application, sent))
    return {**sent, **versions(play), "action": "confirm", "seen": seen}


def claim(world: World) -> None:
    play = world.ours["proving"]
    seen = dict(Answer.objects.filter(application=play.application).values_list("field", "version"))
    values = {"vague_1": "yes", "wiin_id": "WIIN-7"}
    declare_again(
        actor=play.vendor,
        number=play.number,
        values={key: (value, seen.get(key, 0)) for key, value in values.items()},
    )


def claim_confirmed(world: World) -> None:
    """Nothing is asked of the file any more."""
    claim(world)
    play = world.ours["proving"]
    decide_declared_claim(
        actor=play.verifier, number=play.number, key="vague-1", confirmed=True, evidence="WIIN-7"
    )


def sign_as_vendor(world: World) -> None:
    world.ours["signing"].give_opinion(world.people["college"]).sign()


def refuse(world: World) -> None:
    play = world.ours["submitted"]
    part = Part.objects.filter(application__number=play.number, kind=PartKind.FORM).latest("position")
    refuse_file(actor=play.verifier, number=play.number, round_n=part.round, reasons="Hors du périmètre")


VERIFIERS = frozenset({"verifier", "assigned"})
MANAGER = frozenset({"manager"})
MANAGERS = MANAGER | {"unassigned", "conflicted", "elsewhere"}  # of other files, or of none

# Who manages the programme: all of them, or this one; a conflict of interest hides files, not the programme.
OF_PROGRAMME = MANAGER | {"conflicted", "unassigned"}


def of_programme(
    args: Callable[[World], Extra] = lambda _w: {},
    *,
    post: Callable[[World], Extra] | None = None,
    query: Callable[[World], Extra] = lambda _w: {},
) -> Row:
    """A page below /instruction/programmes/<code>, for its managers."""

    def cases(world: World) -> list[Case]:
        sent = None
        if post is not None:
            sent = {"version": str(draft().version), "confirmed": "yes", **post(world)}
        return [Case({"code": SMALL_CODE, **args(world)}, query=query(world), post=sent, by="manager")]

    return Row(cases, OF_PROGRAMME, OF_PROGRAMME if post else frozenset(), own=True)


def new_workbook(_world: World) -> Extra:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "liste.xlsx"
        definition = draft_definition(draft())
        write_workbook(definition.model_copy(update={"chapters": definition.chapters[:1]}), path)
        return {"workbook": Upload(path.name, path.read_bytes())}


def open_match(_world: World) -> Extra:
    latest = revision_by_number(programme(), 2)
    assert latest is not None
    return {f"match:{open_matches(programme(), latest, draft())[0].name}": "same"}


def move_another(world: World) -> list[Case]:
    sent = {"act": "some", "number": number(world.ours["proving"])}
    return [Case({"code": SMALL_CODE, "n": "2"}, post=sent, by="manager")]


def shown_publication() -> str:
    """The mark of what the page shows."""
    latest = programme().revisions.latest("number")
    return publication_mark(draft(), latest, chosen_rules(programme(), latest))


def new_title(name: str, held: str) -> Extra:
    """A field changed by who read it as it is."""
    return {name: "Un autre titre encore", f"{name}|shown": digest_of(held)}


def new_requirement_title(_world: World) -> Extra:
    chapter = draft_definition(draft()).chapters[0]
    title = chapter.requirements[0].title.fr
    return new_title(f"chapters|{chapter.key}|requirements|ins-va1.01|title|fr", title)


PROGRAMME_PAGES: dict[str, Row] = {
    "staff-programme": of_programme(),
    "staff-programme-list": Row(
        lambda _w: [Case({"code": SMALL_CODE, "side": "brouillon"}, by="manager")], OF_PROGRAMME, frozenset()
    ),
    "staff-programme-discard": of_programme(post=lambda _w: {}),
    "staff-programme-workbook": of_programme(post=new_workbook),
    "staff-programme-import": of_programme(lambda _w: {"import_id": programme().imports.latest("pk").pk}),
    "staff-programme-matches": of_programme(post=open_match),
    "staff-programme-diff": of_programme(query=lambda _w: {"voir": "changed"}),
    "staff-programme-rules": of_programme(post=lambda _w: {"rule:ins-va1.01": "new_proof"}),
    "staff-programme-impact": of_programme(),
    "staff-programme-impact-file": Row(
        lambda w: [Case({"code": SMALL_CODE, "number": number(w.ours["proving"])}, by="manager")],
        MANAGER,
        frozenset(),
    ),
    "staff-programme-publish": of_programme(
        post=lambda _w: {
            "reason": "Nouvelle liste",
            "effective_on": clock.paris_date(clock.now()).isoformat(),
            "seen": shown_publication(),
        }
    ),
    "staff-programme-revision": of_programme(lambda _w: {"n": "2"}),
    "staff-programme-files": Row(move_another, OF_PROGRAMME, MANAGER, own=True),
    "staff-programme-texts": of_programme(),
    "staff-programme-words": of_programme(
        lambda _w: {"group": "demarche"},
        post=lambda _w: new_title("title|fr", draft_definition(draft()).title.fr),
    ),
    "staff-programme-requirement": of_programme(lambda _w: {"key": "ins-va1.01"}, post=new_requirement_title),
    "staff-programme-preview": of_programme(),
}

AGENCY: dict[str, Row] = {
    **PROGRAMME_PAGES,
    "inbox": own(STAFF),
    "inbox-seen": own(STAFF, lambda _w: [Case(post={}, by="verifier")]),
    "staff-applications": own(STAFF),
    "search": own(STAFF, lambda w: [Case(query={"q": "Clairvue"}), Case(query={"q": w.ours["proving"].number})]),
    "journal": Row(plain, MANAGERS | {"administrator"}, frozenset(), own=True, reads_all=frozenset({"administrator"})),
    "staff-programmes": own(STAFF),
    "college": Row(plain, MANAGERS | DECISION, frozenset(), own=True),
    "signatures": Row(plain, MANAGERS | {"signatory"}, frozenset(), own=True),
    "staff-programme-dates": Row(
        lambda w: [Case({"code": SMALL_CODE}, post=extended(w, w.ours["proving"]), by="manager")],
        STAFF,
        MANAGER | {"conflicted", "unassigned"},
    ),
    "staff-file": of_agency("submitted", "proving", "signing", "listed"),
    "staff-history": of_agency("proving"),
    "staff-version": of_agency(
        "proving", before=declare, post=lambda _w, _p: {"act": "accept", "n": "1"}, may_post=VERIFIERS
    ),
    "staff-declaration": of_agency(
        "proving",
        before=claim,
        post=lambda _w, _p: {"act": "accept", "claim": "vague-1", "evidence": "WIIN-7", "confirmed": "yes"},
        may_post=VERIFIERS,
    ),
    "staff-validate-proofs": of_agency(
        "proving",
        people=VERIFIERS,
        known_to=INSTRUCTION,
        before=claim_confirmed,
        post=lambda _w, _p: {"marks": "2"},
        may_post=VERIFIERS,
    ),
    "staff-convention": of_agency("proving", "signing", "listed"),
    "staff-opinion": of_agency(
        "signing", post=today(outcome="favourable"), by="college", may_post=frozenset({"college"})
    ),
    "staff-sign": of_agency(
        "signing", before=sign_as_vendor, post=lambda _w, _p: {}, by="signatory", may_post=frozenset({"signatory"})
    ),
    "staff-reissue": of_agency(
        "signing", post=lambda w, p: {"invitation": str(w.invitation(p).pk)}, by="manager", may_post=MANAGER
    ),
    "staff-messages": of_agency(
        "proving", post=lambda _w, _p: {"body": "Bonjour", "after": "0"}, may_post=INSTRUCTION
    ),
    "staff-messages-read": of_agency("proving", post=lambda _w, _p: {}, may_post=INSTRUCTION | DECISION),
    "staff-document": Row(submitted_documents, INSTRUCTION, frozenset()),
    "staff-piece": Row(submitted_documents, INSTRUCTION, frozenset()),
    "staff-seal": of_agency(
        "proving",
        args=lambda w, p: {"document_id": Id(w.documents(p)["proof"])},
        post=lambda _w, _p: {"reason": "health", "words": "minute 3"},
        may_post=INSTRUCTION,
    ),
    "staff-seals": of_agency("proving"),
    "staff-seal-decision": of_agency(
        "proving",
        args=lambda w, p: {"seal_id": Id(w.seal(p).pk)},
        post=lambda _w, _p: {"act": "lift"},
        by="manager",
        may_post=INSTRUCTION - {"verifier"},
    ),
    "staff-dossier": of_agency("submitted", "proving"),
    "staff-dossier-decision": of_agency("submitted", post=decided, may_post=VERIFIERS),
    "staff-dossier-reopen": of_agency(
        "submitted", before=refuse, post=lambda _w, _p: {"reason": "Oubli"}, may_post=VERIFIERS),
    "staff-chapter": of_agency("proving", args=second_chapter),
    "staff-chapter-begin": of_agency("proving", args=second_chapter, post=lambda _w, _p: {}, may_post=VERIFIERS),
    "staff-chapter-verdict": of_agency("proving", args=second_chapter, post=judged, may_post=VERIFIERS),
    "staff-chapter-close": of_agency(
        "proving", args=second_chapter, post=closed, may_post=VERIFIERS, before=judge_second
    ),
    "staff-prerequisites": of_agency(
        "ready",
        post=lambda _w, p: {
            "key": definition_for(p.application).prerequisites[0].key,
            "act": "record",
            "obtained_on": clock.paris_date(clock.now()).isoformat(),
            "document": Upload("prerequis.pdf", sample_pdf("droits")),
        },
        may_post=INSTRUCTION,
    ),
    "staff-dates": of_agency("proving", post=extended, by="manager", may_post=MANAGER),
    "staff-assignment": of_agency(
        "proving",
        people=MANAGER,
        known_to=INSTRUCTION,
        post=lambda w, _p: {"role": "verifier", "user": str(w.people["unassigned"].pk)},
        by="manager",
        may_post=MANAGER,
    ),
    "staff-assignment-end": of_agency(
        "proving",
        post=lambda w, _p: {"role": "verifier", "user": str(w.people["assigned"].pk)},
        by="manager",
        may_post=MANAGER,
    ),
}  # fmt: skip


# --- The table ----------------------------------------------------------------------------------------------

TABLE: dict[str, Row] = {
    # Anybody.
    "home": public(),
    "track": public(lambda w: [Case({"code": definition_for(w.ours["opened"].application).track})]),
    "programme": public(lambda _w: [Case({"code": SMALL_CODE})]),
    "simulator": public(),
    "simulate": public(lambda _w: [Case({"code": SMALL_CODE})]),
    "simulate-chapter": public(lambda w: [Case({"code": SMALL_CODE, "key": listed_chapter(w)})]),
    "simulate-download": public(
        lambda _w: [Case({"code": SMALL_CODE, "kind": kind}) for kind in ("xlsx", "csv")]
    ),
    "legal": public(),
    "terms": public(),
    "privacy": public(),
    "glossary": public(),
    "accessibility": public(),
    "help": public(),
    "registry": public(),
    "language": public(lambda _w: [Case(post={"language": "en", "next": "/"}, writes=False)]),
    "gallery": public(),
    "healthz": public(),
    "readyz": public(),
    "sign-in": public(),
    "oidc-sign-in": public(),
    "oidc-callback": public(),
    "oidc-initiate": public(lambda _w: [Case(post={"iss": "https://x.example"}, writes=False)]),
    "staff-sign-in": public(lambda _w: [Case(post={"login": "x", "password": "y"}, writes=False)]),
    "sign-out": public(lambda _w: [Case(post={}, writes=False)]),
    "demo-mailbox": public(),
    "demo-sign-in": public(lambda _w: [Case(post={"person": "x"}, writes=False)]),
    # Whoever holds the link.
    "signing": public(signing()),
    "signing-convention": public(signing()),
    "signing-open": public(signing()),
    "signing-code": public(signing()),
    "signing-sign": public(signing(code="000000")),
    "signing-renew": public(signing()),
    # One's own.
    "account": own(SIGNED_IN),
    "messages": own(SIGNED_IN),
    "notifications": own(SIGNED_IN),
    "notifications-read": own(SIGNED_IN, lambda _w: [Case(post={})]),
    "company": own(VENDORS),
    "platform": Row(
        lambda _w: [Case({"platform": "gazelle"}, post={"organisation": "ESSAI"})],
        LEADERS | {"rival"},
        LEADERS | {"rival"},
        own=True,
        known_to=VENDORS,
    ),
    "dashboard": own(VENDORS),
    "products": own(VENDORS),
    "library": own(VENDORS),
    "new-product": own(VENDORS, lambda _w: [Case(post={"name": "Essai"}, writes=False)]),
    "new-product-recap": own(VENDORS, lambda _w: [Case(post={}, writes=False)]),
    "choose-product": own(VENDORS, lambda _w: [Case({"code": SMALL_CODE})]),
    "notification": Row(notice_case, frozenset({"agent"}), frozenset({"agent"})),
    "choose-company": Row(
        lambda w: [Case(post={"company": Id(w.company("agent").pk)}, writes=False)], OUR_COMPANY, OUR_COMPANY
    ),
    "end-member": Row(member_case("attached"), LEADERS, LEADERS, known_to=OUR_COMPANY),
    "readmit-member": Row(member_case("former"), LEADERS, LEADERS, known_to=OUR_COMPANY),
    "charter": Row(charter_case, LEADERS, LEADERS),
    # A product.
    "product": of_product(),
    "attach-person": of_product(post=lambda w, _p: {"user": str(w.people["unattached"].pk)}),
    "detach-person": of_product(
        args=lambda w, _p: {"user_id": Id(w.people["attached"].pk)}, post=lambda _w, _p: {}
    ),
    "edit-product": of_product(
        post=lambda w, p: {"name": f"{w.product(p).name} Nuit", "description": "Autre.", "interests": "segur",
                           **seen_of(sheet_of(w.product(p)))},
        may_post=ATTACHED,
    ),
    "new-version": of_product(post=lambda _w, _p: {"version": "9.9"}, may_post=ATTACHED),
    "edit-version": of_product(
        args=lambda _w, p: {"version_id": Id(p.application.version_id)},
        post=lambda _w, p: {"version": "9.8", **seen_of(version_sheet_of(p.application.version))},
        may_post=ATTACHED,
    ),
    "set-responsible": of_product(post=lambda w, _p: {"responsible": str(w.people["delegate"].pk)}),
    # An application, on the vendor's side.
    "application": of_file("opened", "submitted", "proving", "signing", "listed"),
    "accepted-charter": of_file("opened", "proving"),
    "form-step": of_file(
        "opened", args=document_step, query=removed_document, post=lambda _w, p: versions(p)
    ),
    "save-field": of_file("opened", args=form_step, post=saved_field, json=True),
    "show-scope": of_file("opened", args=form_step, json=True),
    "recap": of_file(
        "opened",
        post=lambda _w, p: {f"{SEEN}{k}": v for k, v in answer_marks(p.application).items()},
        may_post=LEADERS,
    ),
    "received": of_file("submitted"),
    "chapters": of_file("proving"),
    "chapter": of_file("proving", args=first_chapter),
    "chapter-deposit": of_file("proving", args=first_chapter, post=removed_item),
    "reuse": of_file("proving", query=reused_file, post=reused_where),
    "uploads": of_file("proving", json=True),
    "upload": of_file("proving", args=begun_upload, people=AGENT, may_post=AGENT, json=True),
    "upload-cancel": of_file(
        "proving", args=begun_upload, post=lambda _w, _p: {}, people=AGENT, may_post=AGENT
    ),
    "many": of_file("proving"),
    "many-announce": of_file("proving", post=lambda _w, _p: {"files": '[{"path": "a/b.pdf", "size": 9}]'}, json=True),
    "many-receive": of_file("proving", post=lambda _w, _p: {"files": Upload("autre.pdf", sample_pdf("autre"))}),
    "many-confirm": of_file("proving", post=many_confirmed),
    "many-clear": of_file("proving", post=lambda _w, _p: {}),
    "chapter-reports": Row(reports_case, ATTACHED, ATTACHED),
    "chapter-choice": of_file(
        # No requirement of this world is met in several ways: tests/reviews/test_ways.py makes choices.
        "proving", args=first_chapter, post=lambda _w, _p: {"choice": "", "way": "", "exigence": ""}, writes=False,
    ),
    "chapter-submit": of_file("ready", args=first_chapter, post=lambda _w, _p: {"round": "0"}),
    "chapter-submitted": of_file("proving", args=second_chapter),
    "chapter-recall": of_file("proving", args=second_chapter, post=lambda _w, _p: {}),
    "conversation": of_file("proving", post=lambda _w, _p: {"body": "Bonjour", "after": "0"}),
    "conversation-read": of_file("proving", post=lambda _w, _p: {}),
    "collaborators": of_file(
        "proving", post=lambda w, _p: {"user": str(w.people["unattached"].pk)}, may_post=LEADERS
    ),
    "collaborator-revoke": of_file(
        "proving",
        people=LEADERS,
        known_to=ATTACHED,
        args=lambda w, _p: {"user_id": Id(w.people["attached"].pk)},
        post=lambda _w, _p: {},
        may_post=LEADERS,
    ),
    "prerequisites": of_file("proving"),
    "prerequisite-deposit": of_file(
        "ready",
        args=lambda _w, p: {"key": definition_for(p.application).prerequisites[0].key},
        post=lambda _w, _p: {"file": Upload("prerequis.pdf", sample_pdf("droits"))},
    ),
    "convention": of_file("signing", "listed"),
    "convention-link": of_file(
        "signing", post=lambda w, p: {"invitation": str(w.invitation(p).pk)}, may_post=LEADERS
    ),
    "convention-redraw": of_file(
        "signing", people=LEADERS, known_to=ATTACHED, post=redrawn, may_post=LEADERS
    ),
    "changes": of_file("ready"),
    "change": of_file("ready", args=lambda _w, _p: {"n": Id(1)}),
    "declaration": of_file("proving", post=lambda _w, p: declared_again(p), may_post=LEADERS),
    "version": of_file("proving", post=lambda _w, _p: {"label": "99.1", "changes": "Correctif"}),
    "withdrawal": of_file("proving", post=lambda _w, p: {"number": p.number}, may_post=LEADERS),
    "document": Row(documents_cases, ATTACHED, frozenset()),
    "piece": Row(documents_cases, ATTACHED, frozenset()),
    "programme-file": of_file(
        "proving", args=lambda _w, p: {"name": next(iter(definition_for(p.application).files))}
    ),
    "application-calendar": of_file("proving"),
    **AGENCY,
}  # fmt: skip
