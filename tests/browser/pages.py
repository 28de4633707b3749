"""The table of pages: how to reach each, as whom, and which situations can happen to it.

A page without a row fails (`missing_rows`): the list of pages is the URL resolver, not this file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import getclosurevars, isfunction
from typing import Any

WORLD_OF = {"usual": "usual", "empty": "empty", "long": "long", "many": "many"}


@dataclass(frozen=True)
class Shot:
    """One situation of a page. `sends`: values of a form to send first; what is shown is the answer."""

    address: str
    person: str = ""
    world: str = "usual"
    status: int = 200
    form: str = ""  # a selector; "": nothing is sent
    sends: tuple[tuple[str, str], ...] = ()
    raw: str = ""  # the handler of an error page, shown as the server would send it
    unfold: str = ""  # a selector: folded parts that are shown open


@dataclass(frozen=True)
class Page:
    area: str
    name: str
    shots: dict[str, Shot]


def seen(address: str, person: str, situations: str, **others: Shot) -> dict[str, Shot]:
    """The same address in several worlds, and other situations beside."""
    return {s: Shot(address, person, WORLD_OF[s]) for s in situations.split()} | others


def wrong(address: str, person: str, form: str = "main form", status: int = 422, **sends: str) -> Shot:
    """What answers a form sent with mistakes."""
    values = tuple((name.replace("__", ":"), value) for name, value in sends.items())
    return Shot(address, person, status=status, form=form, sends=values)


FILE = "/candidatures/{proofs}"
DESK = "/instruction/{proofs}"
SIMULATE = "/demarches/{programme}/simulateur"
CHOSEN = "?profil=ciba&statut.vague-1=yes&reponse.proxy_role=own"
LEADER, EMPLOYEE = "nadia", "ines"
# A file handed in with a piece of each sort in one slot.
READ = "/candidatures/{read}/pieces"
READING = "/instruction/{read}/chapitres/{read_chapter}?vue=tout&preuve={read_slot}"
VIEWED = (
    "image", "video", "pdf", "text", "table", "mail", "xml", "json", "hl7", "certificate", "archive", "workbook",
    "office",
)  # fmt: skip
# A chapter of 250 requirements handed in, and the slot of it that was sent back as often.
EXAMINING = "/instruction/{examined}/chapitres/{examined_chapter}"
HANDED_IN = "/candidatures/{examined}/chapitres/{examined_chapter}"
PROGRAMME, MANAGER = "/instruction/programmes/{programme}", "leila"

PAGES = (
    # --- Anybody
    Page("public", "home", seen("/", "", "usual empty many")),
    Page("public", "track", seen("/parcours/segur-vague-2", "", "usual", closed=Shot("/parcours/doctrine"))),
    Page("public", "programme", seen("/demarches/{programme}", "", "usual many")),
    Page("public", "simulator", seen("/simulateur", "", "usual many")),
    Page(
        "public",
        "simulate",
        seen(
            SIMULATE,
            "",
            "usual many",
            chosen=Shot(f"{SIMULATE}{CHOSEN}", LEADER),
            listed=Shot(f"{SIMULATE}?profil=ciba&voir=all&deplier=1"),
            search=Shot(f"{SIMULATE}?q=identite+qualifiee&voir=all"),
            empty=Shot(f"{SIMULATE}?q=introuvable"),
            long=Shot(f"{SIMULATE}?profil={'x' * 300}&statut.{'y' * 90}=yes&revision=99&q={'z' * 200}"),
        ),
    ),
    Page(
        "public",
        "simulate-chapter",
        {
            "usual": Shot(f"{SIMULATE}/chapitres/{{first_chapter}}?profil=ciba&statut.vague-1=yes&voir=all"),
            "empty": Shot(f"{SIMULATE}/chapitres/{{first_chapter}}?voir=not"),
            "many": Shot(f"{SIMULATE}/chapitres/{{first_chapter}}?voir=all", world="many"),
        },
    ),
    Page("public", "legal", seen("/mentions-legales", "", "usual")),
    Page("public", "terms", seen("/cgu", "", "usual")),
    Page("public", "privacy", seen("/donnees-personnelles", "", "usual")),
    Page("public", "glossary", seen("/glossaire", "", "usual")),
    Page("public", "accessibility", seen("/accessibilite", "", "usual")),
    Page("public", "help", seen("/aide", "", "usual")),
    Page("public", "registry", seen("/registre", "", "usual empty long many")),
    Page("public", "gallery", seen("/composants", "", "usual")),
    Page(
        "public",
        "error-pages",
        {
            "not-found": Shot("/nulle-part", status=404),
            "not-found-signed-in": Shot("/candidatures/NULLEPART", LEADER, status=404),
            "forbidden": Shot("/", raw="forbidden", status=403),
            "failed": Shot("/", raw="failed", status=500),
            "csrf": Shot(
                "/connexion/agence", form="main form", sends=(("csrfmiddlewaretoken", "x"),), status=403
            ),
        },
    ),
    # --- Accounts
    Page("account", "sign-in", seen("/connexion", "", "usual long many")),
    Page(
        "account",
        "staff-sign-in",
        seen(
            "/connexion/agence",
            "",
            "usual",
            error=wrong("/connexion/agence", "", status=400, login="thomas", password="non"),
        ),
    ),
    Page("account", "oidc-callback", {"error": Shot("/connexion/isc/retour?state=x&code=y", status=400)}),
    Page(
        "account",
        "oidc-initiate",
        {"error": Shot("/connexion/isc/initier?iss=https://ailleurs.example", status=400)},
    ),
    Page("account", "oidc-sign-in", {"error": Shot("/connexion/isc", status=503)}),
    Page("account", "sign-out", seen("/deconnexion", "", "usual")),
    Page("account", "account", seen("/compte", LEADER, "usual long", staff=Shot("/compte", "thomas"))),
    Page(
        "account",
        "company",
        seen("/compte/societe", LEADER, "usual empty long many", employee=Shot("/compte/societe", EMPLOYEE)),
    ),
    Page(
        "account", "end-member", seen("/compte/societe/membres/{hugo_membership}/fin", LEADER, "usual long")
    ),
    Page(
        "account",
        "platform",
        seen(
            "/compte/societe/plateformes/gazelle",
            LEADER,
            "usual empty",
            error=wrong("/compte/societe/plateformes/gazelle", LEADER, organisation="deux mots"),
        ),
    ),
    # --- A company's side
    Page(
        "vendor",
        "dashboard",
        seen(
            "/tableau-de-bord",
            LEADER,
            "usual empty long many",
            employee=Shot("/tableau-de-bord", EMPLOYEE),
            **{"employee-empty": Shot("/tableau-de-bord", EMPLOYEE, "empty")},
        ),
    ),
    Page("vendor", "products", seen("/produits", LEADER, "usual empty long many")),
    Page(
        "vendor",
        "library",
        seen("/preuves-de-l-entreprise", LEADER, "usual empty long many")
        | {
            "found": Shot("/preuves-de-l-entreprise?q=introuvable", LEADER),
            "renew": Shot("/preuves-de-l-entreprise?echeance=1", LEADER),
        },
    ),
    Page(
        "vendor",
        "reuse",
        {
            "file": Shot(FILE + "/reutiliser?preuve={reused_slot}", LEADER),
            "places": Shot(FILE + "/reutiliser?document={reused_file}&preuve={reused_slot}", LEADER),
            "empty": Shot("/candidatures/{eligible}/reutiliser?preuve=ins-va1.60.01.02", LEADER),
            "error": wrong(FILE + "/reutiliser?document={reused_file}", LEADER),
            "long": Shot(FILE + "/reutiliser?document={reused_file}&preuve={reused_slot}", LEADER, "long"),
            "many": Shot(FILE + "/reutiliser?document={reused_file}&preuve={reused_slot}", LEADER, "many"),
            "many-files": Shot(FILE + "/reutiliser?preuve={reused_slot}", LEADER, "many"),
        },
    ),
    Page(
        "vendor",
        "many",
        {
            "usual": Shot(FILE + "/preuves/fichiers", LEADER),
            "empty": Shot("/candidatures/{eligible}/preuves/fichiers", LEADER),
            "closed": Shot("/candidatures/{submitted}/preuves/fichiers", LEADER),
            "error": Shot(
                FILE + "/preuves/fichiers",
                LEADER,
                status=422,
                form="form[action$=ranger]",
                sends=(("code:{uncoded}", "XYZ 9"),),
            ),
            "nothing": Shot(
                "/candidatures/{eligible}/preuves/fichiers", LEADER, status=422, form="form[data-many]"
            ),
            "long": Shot(FILE + "/preuves/fichiers", LEADER, "long"),
            "many": Shot(FILE + "/preuves/fichiers", LEADER, "many"),
        },
    ),
    Page(
        "vendor",
        "new-product",
        seen(
            "/produits/nouveau", LEADER, "usual many", error=wrong("/produits/nouveau", LEADER, version="1.0")
        ),
    ),
    Page(
        "vendor",
        "new-product-recap",
        {
            "usual": wrong(
                "/produits/nouveau",
                LEADER,
                status=200,
                name="Clairvue Agenda",
                version="1.0",
                description="Prise de rendez-vous.",
                certifications="ISO 13485\nHDS",
                interests="segur",
            ),
            "long": Shot(
                "/produits/nouveau",
                LEADER,
                "long",
                form="main form",
                sends=(
                    ("name", "Plateforme régionale " * 9),
                    ("version", "2026.11.22-rc1+integration.continue.branche-principale.4"),
                    ("description", "Prise de rendez-vous. " * 200),
                    ("interests", "segur"),
                ),
            ),
        },
    ),
    Page(
        "vendor",
        "edit-product",
        seen(
            "/produits/{product}/modifier",
            LEADER,
            "usual long",
            error=wrong("/produits/{product}/modifier", LEADER, name=""),
            conflict=wrong(
                "/produits/{product}/modifier", LEADER, status=409, name="Clairvue Nuit", **{"vu.name": "0"}
            ),
        ),
    ),
    Page(
        "vendor",
        "new-version",
        seen(
            "/produits/{product}/versions/nouvelle",
            LEADER,
            "usual long",
            error=wrong("/produits/{product}/versions/nouvelle", LEADER, version=""),
        ),
    ),
    Page(
        "vendor",
        "edit-version",
        seen(
            "/produits/{product}/versions/{version}",
            LEADER,
            "usual long",
            error=wrong("/produits/{product}/versions/{version}", LEADER, version=""),
            conflict=wrong(
                "/produits/{product}/versions/{version}",
                LEADER,
                status=409,
                version="9.9",
                **{"vu.version": "0"},
            ),
        ),
    ),
    Page(
        "vendor",
        "product",
        seen(
            "/produits/{product}",
            LEADER,
            "usual long many",
            error=wrong(
                "/produits/{product}", LEADER, form="form[action$='/responsable']", responsible="999999"
            ),
        ),
    ),
    Page(
        "vendor",
        "choose-product",
        seen(
            "/demarches/{programme}/candidater",
            LEADER,
            "usual empty long many",
            simulated=Shot(f"/demarches/{{programme}}/candidater{CHOSEN}", LEADER),
        ),
    ),
    Page(
        "vendor",
        "charter",
        seen(
            "/demarches/{programme}/candidater/{free_version}",
            LEADER,
            "usual long",
            simulated=Shot(f"/demarches/{{programme}}/candidater/{{free_version}}{CHOSEN}", LEADER),
            error=wrong("/demarches/{programme}/candidater/{free_version}", LEADER, charter=""),
        ),
    ),
    Page(
        "vendor",
        "application",
        seen(
            FILE,
            LEADER,
            "usual long many",
            **{
                state: Shot(f"/candidatures/{{{state}}}", LEADER)
                for state in (
                    "opened",
                    "submitted",
                    "returned_file",
                    "to_sign",
                    "refused",
                    "withdrawn",
                    "late",
                )
            },
            listed=Shot("/candidatures/{listed}", "paul"),
            moved=Shot("/candidatures/{moved}", LEADER),
            employee=Shot(FILE, EMPLOYEE),
        ),
    ),
    Page("vendor", "accepted-charter", seen(FILE + "/charte", LEADER, "usual long")),
    Page(
        "vendor",
        "form-step",
        {
            "usual": Shot("/candidatures/{opened}/etapes/{step_1}", LEADER),
            "empty": Shot("/candidatures/{opened}/etapes/{step_1}", "claire", "empty"),
            "filled": Shot("/candidatures/{abroad}/etapes/{step_1}", "greta"),
            "eligibility": Shot("/candidatures/{abroad}/etapes/{step_2}", "greta"),
            "eligibility-empty": Shot("/candidatures/{opened}/etapes/{step_2}", "claire", "empty"),
            "returned": Shot("/candidatures/{returned_file}/etapes/{step_1}", LEADER),
            "locked": Shot("/candidatures/{submitted}/etapes/{step_1}", LEADER),
            "error": Shot(
                "/candidatures/{opened}/etapes/{step_1}",
                LEADER,
                form="main form:has(input[name])",
                sends=(("+action", "next"),),
                status=422,
            ),
            "eligibility-error": Shot(
                "/candidatures/{returned_file}/etapes/{step_2}",
                LEADER,
                form="main form:has(input[name])",
                sends=(("nil", "12"), ("+action", "next")),
                status=422,
            ),
            "long": Shot(FILE + "/etapes/{step_1}", LEADER, "long"),
        },
    ),
    Page(
        "vendor",
        "recap",
        {
            "usual": Shot("/candidatures/{abroad}/recapitulatif", "greta"),
            "empty": Shot("/candidatures/{opened}/recapitulatif", "claire", "empty"),
            "returned": Shot("/candidatures/{returned_file}/recapitulatif", LEADER),
            "changed": Shot(
                "/candidatures/{abroad}/recapitulatif",
                "greta",
                form="main form[method=post]:has([name^=_seen])",
                sends=(("_seen.{remarked}", "0"),),
                status=409,
            ),
            "long": Shot(FILE + "/recapitulatif", LEADER, "long"),
        },
    ),
    Page(
        "vendor",
        "received",
        {
            "usual": Shot("/candidatures/{submitted}/recapitulatif/recu", LEADER),
            "long": Shot(FILE + "/recapitulatif/recu", LEADER, "long"),
        },
    ),
    Page(
        "vendor",
        "chapters",
        seen(
            FILE + "/preuves",
            LEADER,
            "usual long many",
            locked=Shot("/candidatures/{opened}/preuves", LEADER),
            done=Shot("/candidatures/{to_sign}/preuves", LEADER),
            late=Shot("/candidatures/{late}/preuves", LEADER),
        ),
    ),
    Page(
        "vendor",
        "chapter",
        {
            "usual": Shot(FILE + "/chapitres/{chapter_to_complete}", LEADER),
            "ready": Shot(FILE + "/chapitres/{chapter_ready}", LEADER),
            "submitted": Shot(FILE + "/chapitres/{chapter_submitted}", LEADER),
            "returned": Shot(FILE + "/chapitres/{chapter_to_modify}", LEADER),
            "validated": Shot(FILE + "/chapitres/{chapter_validated}", LEADER),
            "error": Shot(
                FILE + "/chapitres/{chapter_to_complete}",
                LEADER,
                status=422,
                form="form[action$='/preuves']",
                sends=(("+slot", "{slot}"),),
            ),
            "long": Shot(FILE + "/chapitres/{chapter_to_modify}", LEADER, "long"),
            "many": Shot(FILE + "/chapitres/{chapter_to_complete}", LEADER, "many"),
            "history": Shot(
                HANDED_IN + "?exigence={examined_requirement}", LEADER, "many", unfold=".j-help:has(.j-past)"
            ),
        },
    ),
    Page(
        "vendor",
        "piece",
        {viewer: Shot(READ + f"/{{read_{viewer}}}", LEADER) for viewer in VIEWED}
        | {
            "sealed": Shot("/candidatures/{sealed}/pieces/{sealed_file}", LEADER),
            "text-search": Shot(READ + "/{read_text}?q=ERROR", LEADER),
            "image-larger": Shot(READ + "/{read_image}?zoom=200", LEADER),
            "xml-raw": Shot(READ + "/{read_xml}?forme=texte", LEADER),
        },
    ),
    Page(
        "vendor", "chapter-submitted", {"usual": Shot(FILE + "/chapitres/{chapter_submitted}/soumis", LEADER)}
    ),
    Page(
        "vendor",
        "conversation",
        seen(
            FILE + "/messages",
            LEADER,
            "usual long many",
            empty=Shot("/candidatures/{opened}/messages", LEADER),
            error=wrong(FILE + "/messages", LEADER, form="main form:has(textarea)", body=""),
        ),
    ),
    Page(
        "vendor",
        "messages",
        seen(
            "/messages",
            LEADER,
            "usual empty long many",
            staff=Shot("/messages", "thomas"),
            **{"staff-many": Shot("/messages", "thomas", "many")},
        ),
    ),
    Page(
        "vendor",
        "notifications",
        seen(
            "/notifications",
            LEADER,
            "usual empty long many",
            staff=Shot("/notifications", "thomas"),
            **{"staff-many": Shot("/notifications", "thomas", "many")},
        ),
    ),
    Page(
        "vendor",
        "collaborators",
        seen(
            FILE + "/collaborateurs",
            LEADER,
            "usual long many",
            employee=Shot(FILE + "/collaborateurs", EMPLOYEE),
            error=wrong(
                "/candidatures/{returned_file}/collaborateurs",
                LEADER,
                form="main form:has(select)",
                user="999999",
            ),
        ),
    ),
    Page(
        "vendor",
        "collaborator-revoke",
        seen(FILE + "/collaborateurs/{ines_id}/retirer", LEADER, "usual long"),
    ),
    Page(
        "vendor",
        "prerequisites",
        seen(
            FILE + "/prerequis",
            LEADER,
            "usual long",
            done=Shot("/candidatures/{to_sign}/prerequis", LEADER),
            error=wrong(FILE + "/prerequis", LEADER, form="main form[action*='/prerequis/']"),
        ),
    ),
    Page(
        "vendor",
        "convention",
        {
            "usual": Shot("/candidatures/{to_sign}/convention", LEADER),
            "empty": Shot(FILE + "/convention", LEADER),
            "listed": Shot("/candidatures/{listed}/convention", "paul"),
            "long": Shot("/candidatures/{to_sign}/convention", LEADER, "long"),
        },
    ),
    Page(
        "vendor",
        "convention-redraw",
        seen(
            "/candidatures/{to_sign}/convention/responsable",
            LEADER,
            "usual long",
            error=wrong(
                "/candidatures/{to_sign}/convention/responsable", LEADER, name="Claire Moreau", email="claire"
            ),
        ),
    ),
    Page(
        "vendor",
        "version",
        seen(
            FILE + "/version",
            LEADER,
            "usual long many",
            declare=Shot("/candidatures/{eligible}/version", LEADER),
            locked=Shot("/candidatures/{submitted}/version", LEADER),
            drawn=Shot("/candidatures/{to_sign}/version", LEADER),
            error=wrong("/candidatures/{eligible}/version", LEADER, label="", changes=""),
        ),
    ),
    Page(
        "vendor",
        "declaration",
        seen(
            "/candidatures/{eligible}/declaration",
            LEADER,
            "usual",
            waits=Shot("/candidatures/{claimed}/declaration", LEADER),
            employee=Shot("/candidatures/{proofs}/declaration", EMPLOYEE),
            many=Shot(FILE + "/declaration", LEADER, "many"),
            locked=Shot("/candidatures/{submitted}/declaration", LEADER),
            drawn=Shot("/candidatures/{to_sign}/declaration", LEADER),
            ahead=Shot(
                "/candidatures/{eligible}/declaration",
                LEADER,
                form="main form",
                sends=(
                    ("profiles", "ciba"),
                    ("vague_1", "yes"),
                    ("wiin_id", "WIIN-2023-0042"),
                    ("+action", "show"),
                ),
            ),
            error=wrong(
                "/candidatures/{eligible}/declaration",
                LEADER,
                vague_1="yes",
                wiin_id="",
                **{"+action": "show"},
            ),
        ),
    ),
    Page(
        "vendor",
        "changes",
        {
            "usual": Shot("/candidatures/{moved}/changements", LEADER),
            "empty": Shot(FILE + "/changements", LEADER),
            "many": Shot(FILE + "/changements", LEADER, "many"),
        },
    ),
    Page(
        "vendor",
        "change",
        {
            "usual": Shot("/candidatures/{moved}/changements/1", LEADER),
            "declared": Shot("/candidatures/{claimed}/changements/1", LEADER),
            "many": Shot("/candidatures/{moved}/changements/1", LEADER, "many"),
        },
    ),
    Page(
        "vendor",
        "withdrawal",
        seen(
            FILE + "/retrait",
            LEADER,
            "usual long",
            confirm=Shot(FILE + "/retrait?confirmer=1", LEADER),
            error=wrong(FILE + "/retrait?confirmer=1", LEADER, number="123"),
        ),
    ),
    Page("account", "demo-mailbox", seen("/demo/courriels", "", "usual empty many")),
    # --- Behind a link
    Page(
        "signing",
        "signing",
        seen(
            "/signature/{token}",
            "",
            "usual long",
            signed=Shot("/signature/{signed_token}"),
            # The code was sent for the long one. Five pictures in all (`--keep`): after that the code is spent.
            **{
                "wrong-code": Shot(
                    "/signature/{token}",
                    world="long",
                    status=400,
                    form="form[action$='/signer']",
                    sends=(("code", "123456"),),
                )
            },
            dead=Shot("/signature/rien.rien", status=404),
        ),
    ),
    # --- The agency
    Page(
        "agency",
        "inbox",
        seen(
            "/instruction",
            "thomas",
            "usual empty long many",
            referent=Shot("/instruction", "camille"),
            manager=Shot("/instruction", "leila"),
        ),
    ),
    Page(
        "agency",
        "staff-applications",
        seen(
            "/instruction/candidatures",
            "thomas",
            "usual empty long many",
            nothing=Shot("/instruction/candidatures?q=inconnu", "thomas"),
        ),
    ),
    Page(
        "agency",
        "staff-programmes",
        seen("/instruction/programmes", "leila", "usual", verifier=Shot("/instruction/programmes", "thomas")),
    ),
    Page(
        "agency",
        "staff-programme-dates",
        seen(
            "/instruction/programmes/{programme}/dates",
            "leila",
            "usual many",
            error=wrong("/instruction/programmes/{programme}/dates", "leila"),
        ),
    ),
    Page(
        "agency",
        "staff-programme",
        {
            "usual": Shot(PROGRAMME, MANAGER),
            "published": Shot("/instruction/programmes/{quiet_programme}", MANAGER),
        },
    ),
    Page(
        "agency",
        "staff-programme-workbook",
        {
            "usual": Shot(PROGRAMME + "/classeur", MANAGER),
            "error": wrong(PROGRAMME + "/classeur", MANAGER, form="form[enctype]"),
        },
    ),
    Page("agency", "staff-programme-import", {"usual": Shot(PROGRAMME + "/classeur/{import}", MANAGER)}),
    Page("agency", "staff-programme-matches", {"usual": Shot(PROGRAMME + "/rapprochements", MANAGER)}),
    Page(
        "agency",
        "staff-programme-diff",
        {
            "usual": Shot(PROGRAMME + "/comparaison", MANAGER),
            "revisions": Shot(PROGRAMME + "/comparaison?de=1&a=2", MANAGER),
            "equal": Shot(PROGRAMME + "/comparaison?de=1&a=1", MANAGER),
            "many": Shot(PROGRAMME + "/comparaison", MANAGER, "many"),
        },
    ),
    Page(
        "agency",
        "staff-programme-rules",
        {
            "usual": Shot(PROGRAMME + "/verdicts", MANAGER),
            "empty": Shot("/instruction/programmes/{quiet_programme}/verdicts", MANAGER),
            "many": Shot(PROGRAMME + "/verdicts", MANAGER, "many"),
        },
    ),
    Page(
        "agency",
        "staff-programme-impact",
        {
            "usual": Shot(PROGRAMME + "/impact", MANAGER),
            "empty": Shot("/instruction/programmes/{quiet_programme}/impact", MANAGER),
            "many": Shot(PROGRAMME + "/impact", MANAGER, "many"),
        },
    ),
    Page("agency", "staff-programme-impact-file", seen(PROGRAMME + "/impact/{moved}", MANAGER, "usual many")),
    Page(
        "agency",
        "staff-programme-publish",
        {
            "usual": Shot(PROGRAMME + "/publier", MANAGER),
            "confirm": Shot(
                PROGRAMME + "/publier",
                MANAGER,
                form="form[action$='/publier']",
                sends=(("reason", "Nouvelle liste du groupe de travail"),),
            ),
            "error": wrong(PROGRAMME + "/publier", MANAGER, form="form[action$='/publier']", effective_on=""),
            "nothing": Shot("/instruction/programmes/{quiet_programme}/publier", MANAGER),
            "many": Shot(PROGRAMME + "/publier", MANAGER, "many"),
        },
    ),
    Page(
        "agency",
        "staff-programme-revision",
        {
            "usual": Shot(PROGRAMME + "/revisions/2", MANAGER),
            "first": Shot(PROGRAMME + "/revisions/1", MANAGER),
            "many": Shot(PROGRAMME + "/revisions/3", MANAGER, "many"),
        },
    ),
    Page(
        "agency",
        "staff-programme-files",
        {
            "usual": Shot(PROGRAMME + "/revisions/2/dossiers", MANAGER),
            "confirm": Shot(
                PROGRAMME + "/revisions/2/dossiers",
                MANAGER,
                form="form:has([value=all])",
                sends=(("+act", "all"),),
            ),
            "many": Shot(PROGRAMME + "/revisions/3/dossiers", MANAGER, "many"),
        },
    ),
    Page("agency", "staff-programme-texts", seen(PROGRAMME + "/textes", MANAGER, "usual many")),
    Page(
        "agency",
        "staff-programme-words",
        {
            "usual": Shot(PROGRAMME + "/textes/profils", MANAGER),
            "form": Shot(PROGRAMME + "/textes/formulaire-{step_1}", MANAGER),
            "convention": Shot(PROGRAMME + "/textes/convention", MANAGER),
            "decision": Shot(PROGRAMME + "/textes/decision", MANAGER),
            "error": wrong(PROGRAMME + "/textes/demarche", MANAGER, **{"title|fr": ""}),
            "conflict": wrong(
                PROGRAMME + "/textes/presentation",
                MANAGER,
                status=409,
                **{"presentation|lead|fr": "Un tout autre chapeau.", "presentation|lead|fr|shown": "0"},
            ),
        },
    ),
    Page(
        "agency",
        "staff-programme-requirement",
        {
            "usual": Shot(PROGRAMME + "/exigences/ins-va1.01", MANAGER),
            "error": Shot(
                PROGRAMME + "/exigences/ins-va1.01",
                MANAGER,
                form="form:has([value=add])",
                sends=(("+act", "add"),),
                status=422,
            ),
        },
    ),
    Page(
        "agency",
        "staff-programme-preview",
        {
            "usual": Shot(PROGRAMME + "/apercu", MANAGER),
            "form": Shot(PROGRAMME + "/apercu?voir={step_1}", MANAGER),
            "chapter": Shot(PROGRAMME + "/apercu?voir=chapitres&chapitre=gestion-ins", MANAGER),
            "chapters": Shot(PROGRAMME + "/apercu?voir=chapitres", MANAGER),
            "presentation": Shot(PROGRAMME + "/apercu?voir=presentation", MANAGER),
            "convention": Shot(PROGRAMME + "/apercu?voir=convention", MANAGER),
            "reasons": Shot(PROGRAMME + "/apercu?voir=perimetres", MANAGER),
        },
    ),
    Page(
        "vendor",
        "chapter-reports",
        {
            "usual": Shot(FILE + "/chapitres/production-documents/rapports/doc-va1.16.01.01", LEADER),
            "error": wrong(
                FILE + "/chapitres/production-documents/rapports/doc-va1.16.01.01",
                LEADER,
                url="https://interop.example/evs/report.seam?oid=1.2.3",
            ),
        },
    ),
    Page(
        "agency",
        "journal",
        seen(
            "/instruction/journal",
            "leila",
            "usual empty many",
            nothing=Shot("/instruction/journal?chaine=rien", "leila"),
        ),
    ),
    Page("agency", "college", seen("/instruction/college", "bernard", "usual empty long many")),
    Page("agency", "signatures", seen("/instruction/signatures", "sophie", "usual empty long many")),
    Page(
        "agency",
        "staff-file",
        seen(
            DESK,
            "thomas",
            "usual long many",
            submitted=Shot("/instruction/{submitted}", "thomas"),
            to_validate=Shot("/instruction/{to_validate}", "thomas"),
            to_sign=Shot("/instruction/{to_sign}", "thomas"),
            listed=Shot("/instruction/{listed}", "thomas"),
            refused=Shot("/instruction/{refused}", "thomas"),
            manager=Shot(DESK, "leila"),
        ),
    ),
    Page("agency", "staff-history", seen(DESK + "/historique", "thomas", "usual long many")),
    Page(
        "agency",
        "staff-dossier",
        seen(
            "/instruction/{submitted}/dossier",
            "thomas",
            "usual",
            eligible=Shot(DESK + "/dossier", "thomas"),
            returned=Shot("/instruction/{returned_file}/dossier", "thomas"),
            refused=Shot("/instruction/{refused}/dossier", "thomas"),
            error=wrong(
                "/instruction/{submitted}/dossier", "thomas", form="#file", **{"+decision": "refuse"}
            ),
            long=Shot(DESK + "/dossier", "thomas", "long"),
        ),
    ),
    Page(
        "agency",
        "staff-version",
        seen(
            DESK + "/version",
            "thomas",
            "usual long many",
            referent=Shot(DESK + "/version", "camille"),
            filtered=Shot(DESK + "/version", "thomas", form="main form", sends=(("q", "ins"),)),
            confirm=Shot(
                DESK + "/version",
                "thomas",
                form="main form",
                sends=(("chapter", "{chapter_validated}"), ("+act", "accept")),
            ),
            error=wrong(DESK + "/version", "thomas", **{"+act": "refuse"}),
            none=Shot("/instruction/{submitted}/version", "thomas"),
            answered=Shot("/instruction/{eligible}/version", "thomas"),
        ),
    ),
    Page(
        "agency",
        "staff-declaration",
        {
            "usual": Shot("/instruction/{claimed}/declaration", "thomas"),
            "referent": Shot("/instruction/{claimed}/declaration", "camille"),
            "confirm": Shot(
                "/instruction/{claimed}/declaration", "thomas", form="main form", sends=(("+act", "accept"),)
            ),
            "error": wrong("/instruction/{claimed}/declaration", "thomas", **{"+act": "refuse"}),
            "none": Shot("/instruction/{submitted}/declaration", "thomas"),
            "many": Shot(DESK + "/declaration", "thomas", "many"),
        },
    ),
    Page(
        "agency",
        "staff-validate-proofs",
        {
            "usual": Shot("/instruction/{to_validate}/preuves", "thomas"),
        },
    ),
    Page(
        "agency",
        "staff-chapter",
        {
            "usual": Shot(DESK + "/chapitres/{chapter_submitted}", "thomas"),
            "returned": Shot(DESK + "/chapitres/{chapter_to_modify}", "thomas"),
            "validated": Shot(DESK + "/chapitres/{chapter_validated}", "thomas"),
            "long": Shot(DESK + "/chapitres/{chapter_to_modify}", "thomas", "long"),
            "sealed": Shot(
                "/instruction/{sealed}/chapitres/{sealed_chapter}?vue=tout&preuve={sealed_slot}&piece={sealed_piece}",
                "thomas",
            ),
            "pieces": Shot(READING + "&piece={item_mail}", "thomas"),
            "error": Shot(
                READING,
                "thomas",
                status=422,
                form="form:has([name=outcome][value=to_modify])",
                sends=(("text", ""),),
            ),
            "pieces-log": Shot(READING + "&piece={item_text}&q=ERROR", "thomas"),
            "many": Shot(EXAMINING + "?vue=tout", "thomas", "many"),
            "history": Shot(
                EXAMINING + "?vue=tout&preuve={examined_slot}",
                "thomas",
                "many",
                unfold=".j-help:has(.j-decisions)",
            ),
        },
    ),
    Page(
        "agency",
        "staff-piece",
        {viewer: Shot("/instruction/{read}/pieces/{read_" + viewer + "}", "thomas") for viewer in VIEWED[:4]},
    ),
    Page(
        "agency",
        "staff-seal",
        {
            "usual": Shot("/instruction/{read}/pieces/{read_image}/sceller", "thomas"),
            "error": wrong(
                "/instruction/{read}/pieces/{read_image}/sceller", "thomas", reason="other", words=""
            ),
        },
    ),
    Page(
        "agency",
        "staff-seals",
        {
            "usual": Shot("/instruction/{sealed}/retraits", "thomas"),
            "second": Shot("/instruction/{sealed}/retraits", "leila"),
            "empty": Shot("/instruction/{submitted}/retraits", "thomas"),
            "many": Shot("/instruction/{examined}/retraits", MANAGER, "many"),
            "destroy": Shot(
                "/instruction/{sealed}/retraits",
                "leila",
                form="form[action*='/retraits/']",
                sends=(("+act", "destroy"),),
            ),
        },
    ),
    Page(
        "agency",
        "staff-messages",
        seen(
            DESK + "/messages",
            "thomas",
            "usual long many",
            empty=Shot("/instruction/{submitted}/messages", "thomas"),
            error=wrong(DESK + "/messages", "thomas", form="main form:has(textarea)", body=""),
        ),
    ),
    Page(
        "agency",
        "staff-prerequisites",
        seen(
            DESK + "/prerequis",
            "thomas",
            "usual long",
            done=Shot("/instruction/{to_sign}/prerequis", "thomas"),
            error=wrong(DESK + "/prerequis", "thomas"),
        ),
    ),
    Page(
        "agency",
        "staff-dates",
        seen(
            DESK + "/dates",
            "leila",
            "usual long many",
            verifier=Shot(DESK + "/dates", "thomas"),
            error=wrong(DESK + "/dates", "leila"),
        ),
    ),
    Page(
        "agency",
        "staff-assignment",
        seen(
            DESK + "/affectation",
            "leila",
            "usual long many",
            error=wrong(DESK + "/affectation", "leila", form="main form:has(select)"),
        ),
    ),
    Page(
        "agency",
        "staff-convention",
        seen(
            "/instruction/{to_sign}/convention",
            "thomas",
            "usual long",
            empty=Shot(DESK + "/convention", "thomas"),
            college=Shot("/instruction/{to_sign}/convention", "bernard"),
            error=wrong(
                "/instruction/{to_sign}/convention",
                "bernard",
                form="form[action$='/avis']",
                outcome="unfavourable",
            ),
            signatory=Shot("/instruction/{to_sign}/convention", "sophie"),
            listed=Shot("/instruction/{listed}/convention", "sophie"),
        ),
    ),
)

# What a GET of these answers is no page.
NO_PAGES = {
    "healthz": "JSON",
    "readyz": "JSON",
    "document": "a file",
    "programme-file": "a file",
    "simulate-download": "a file",
    "application-calendar": "a calendar",
    "signing-convention": "a PDF",
    "staff-document": "a file",
    "uploads": "a promise of bytes",
    "upload": "bytes, and JSON",
    "show-scope": "a piece of a page, as JSON",
    "search": "leads to a file or to the list",
    "staff-programme-list": "a workbook",
}


def routes() -> Iterator[tuple[str, Any]]:
    """Every named address of the product with its view."""
    from django.urls import get_resolver
    from django.urls.resolvers import URLPattern

    def walk(patterns: list[Any]) -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield str(pattern.name), pattern.callback
            else:
                yield from walk(pattern.url_patterns)

    yield from walk(get_resolver().url_patterns)


def answers_get(view: Callable[..., Any]) -> bool:
    """Whether the view takes a GET: what `require_POST` and its like remember says so."""
    step: Any = view
    while isfunction(step):
        allowed = getclosurevars(step).nonlocals.get("request_method_list")
        if allowed is not None:
            return "GET" in allowed
        step = getattr(step, "__wrapped__", None)
    return True


def missing_rows() -> list[str]:
    """Pages without a row, and rows without a page."""
    rows = {page.name for page in PAGES} - {"error-pages"}
    pages = {name for name, view in routes() if answers_get(view)} - set(NO_PAGES)
    named = {name for name, _view in routes()}
    return sorted(pages - rows) + [
        f"{name} (no such page)" for name in sorted((rows | set(NO_PAGES)) - named - {"static"})
    ]
