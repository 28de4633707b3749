"""Requirement workbooks: what is read, mended, reported and refused; and the real ones, recounted from raw rows."""

from itertools import combinations
from pathlib import Path
from typing import Any

import nh3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jalon.programmes.definition.applicability import applicability
from jalon.programmes.definition.check import check
from jalon.programmes.definition.commands import TEMPLATE, check_folder, import_into
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.definition.folder import load_folder, write_folder
from jalon.programmes.definition.rich_text import plain_text, sanitised
from jalon.programmes.definition.schema import Definition, ExpectedProof, Requirement, Text
from jalon.programmes.definition.workbook.composing import compose
from jalon.programmes.definition.workbook.importing import ImportResult, import_workbook
from jalon.programmes.definition.workbook.layouts import COLUMNS
from tests.programmes.builders import small
from tests.programmes.workbooks import Row, raw_rows, rows, write


def read(tmp_path: Path, *changes: Row, **options: Any) -> ImportResult:
    template = load_folder(TEMPLATE)
    return import_workbook(
        write(tmp_path / "w.xlsx", rows(*changes), **options),
        kinds=template.kinds,
        profile_keys={p.workbook: p.key for p in template.profiles},
        perimeter_keys={p.workbook: p.key for p in template.perimeters},
    )


def proofs(result: ImportResult) -> list[ExpectedProof]:
    return [p for r in requirements(result) for s in r.scenarios for p in s.proofs]


def requirements(result: ImportResult) -> list[Requirement]:
    return [r for c in result.chapters for r in c.requirements]


def why(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(m.row, m.column, m.code) for m in (*result.report.mended, *result.report.errors)]


def whole(result: ImportResult) -> Definition:
    return compose(result, load_folder(TEMPLATE), code="x", track="y", title=Text(fr="X"))


# --- Reading


def test_one_row(tmp_path: Path) -> None:
    result = read(tmp_path, {})
    (requirement,) = requirements(result)
    (scenario,) = requirement.scenarios
    (proof,) = scenario.proofs
    assert (requirement.code, requirement.title.fr, requirement.statement.fr) == (
        "A.01",
        "Titre",
        "<p>Énoncé</p>",
    )
    assert (requirement.criticality, requirement.position, requirement.html) == ("Majeure", 1, True)
    assert (scenario.code, scenario.text.fr) == ("A.01.01", "<p>Scénario</p>")
    assert (proof.code, proof.text.fr, proof.kinds, proof.kind_guessed) == (
        "A.01.01.01",
        "Une vidéo",
        ("video",),
        True,
    )
    assert (result.report.mended, result.report.errors) == ([], [])
    assert dict(result.profiles) == {"general": "Général"}
    assert check(whole(result)) == []


def test_header_below_other_rows_in_any_order_on_another_sheet(tmp_path: Path) -> None:
    columns = [*reversed(COLUMNS)]
    assert read(tmp_path, {}, columns=columns, sheet="Feuille", top=5).report.rows == 1
    assert read(tmp_path, {}, columns=[c.upper() + " " for c in COLUMNS], top=0).report.sheet == "Exigences"


def test_keys_are_opaque_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = read(tmp_path, {}), read(tmp_path, {"Exigence": "Autre", "Preuve": "Autre", "Ordre": 9})
    assert [p.key for p in proofs(first)] == [p.key for p in proofs(second)]
    assert requirements(first)[0].key == requirements(second)[0].key
    assert requirements(read(tmp_path, {"Chapitre": "Deux"}))[0].key == requirements(first)[0].key


def test_codes_are_trimmed_and_it_is_said(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        {"ID": " A.01 ", "N° preuve": "A.01.01.01\xa0"},
        {"N° preuve": "A.01.01.02", "Chapitre": "Un "},
    )
    assert [p.code for p in proofs(result)] == ["A.01.01.01", "A.01.01.02"]
    assert len(result.chapters) == 1
    assert why(result) == [
        (2, "ID", "cell.spaces"),
        (2, "N° preuve", "cell.spaces"),
        (3, "Chapitre", "cell.spaces"),
    ]


def test_the_same_proof_twice_is_one_slot_with_both_texts(tmp_path: Path) -> None:
    result = read(tmp_path, {"Preuve": "Une vidéo"}, {"Preuve": "Un journal", "Profil": "Option"})
    (proof,) = proofs(result)
    assert (proof.text.fr, proof.kinds) == ("Une vidéo\n\nUn journal", ("video", "log"))
    assert [(row.perimeter, row.profile) for row in proof.also] == [("vague-2", "option")]
    assert (result.report.proofs, result.report.slots) == (2, 1)
    assert why(result) == [(3, "N° preuve", "proof.repeated")]


def test_profiles_mixed_in_a_requirement_stand_on_scenarios_and_proofs(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        {},
        {"N° preuve": "A.01.01.02", "Profil": "Option"},
        {"N° scénario": "A.01.02", "N° preuve": "A.01.02.01", "Profil": "Option", "Périmètre": "Vague 1"},
    )
    (requirement,) = requirements(result)
    first, second = requirement.scenarios
    assert (requirement.perimeter, requirement.profile) == ("vague-2", "general")
    assert [(p.perimeter, p.profile) for p in first.proofs] == [(None, None), (None, "option")]
    assert (second.perimeter, second.profile, second.proofs[0].profile) == ("vague-1", "option", None)


def test_a_requirement_without_proof_is_shown_and_reported(tmp_path: Path) -> None:
    empty = {"ID": "B.01", "N° scénario": "", "Scénario de conformité": "", "N° preuve": "", "Preuve": ""}
    result = read(tmp_path, {}, empty)
    assert [r.code for r in requirements(result)] == ["A.01", "B.01"]
    assert (requirements(result)[1].scenarios, result.report.without_proof) == ((), ["B.01"])


def test_a_requirement_in_two_chapters_stands_in_each(tmp_path: Path) -> None:
    result = read(tmp_path, {}, {"Chapitre": "Deux", "N° preuve": "A.01.01.02"})
    assert [(c.title.fr, [r.code for r in c.requirements]) for c in result.chapters] == [
        ("Un", ["A.01"]),
        ("Deux", ["A.01"]),
    ]
    assert (result.report.requirements, result.report.slots) == (1, 2)
    assert why(result) == [(3, "Chapitre", "requirement.two_chapters")]
    assert check(whole(result)) == []


def test_a_proof_in_two_chapters_is_one_slot_in_the_first(tmp_path: Path) -> None:
    result = read(tmp_path, {}, {"Chapitre": "Deux", "Profil": "Option"})
    assert [[len(s.proofs) for r in c.requirements for s in r.scenarios] for c in result.chapters] == [
        [1],
        [0],
    ]
    found = applicability(whole(result), Facts(frozenset({"option"})))
    assert (len(found.applicable), found.slot_count) == (2, 1)


def test_proofs_without_number_are_known_by_their_text(tmp_path: Path) -> None:
    result = read(
        tmp_path, *({"N° preuve": "", "Preuve": text} for text in ("Une vidéo", "Un journal", "une  vidéo"))
    )
    assert [p.text.fr for p in proofs(result)] == ["Une vidéo", "Un journal"]


def test_blanks_are_filled_from_the_same_requirement(tmp_path: Path) -> None:
    result = read(tmp_path, {}, {"N° preuve": "A.01.01.02", "Chapitre": "", "Profil": "", "Périmètre": ""})
    assert (len(result.chapters), result.report.slots, len(result.report.mended)) == (1, 2, 3)


def test_a_row_that_cannot_be_used_stops_the_import(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        {},
        {"ID": "", "N° scénario": "", "N° preuve": ""},
        {"ID": "B.01", "Profil": "", "Ordre": "dernier"},
    )
    assert [(e.row, e.column, e.code) for e in result.report.errors] == [
        (3, "ID", "row.no_id"),
        (4, "Profil", "profile.none"),
    ]
    assert [(m.row, m.column, m.code) for m in result.report.mended] == [(4, "Ordre", "order.not_number")]
    assert result.chapters == ()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Démonstration (vidéo ou copies d'écran) montrant le déroulé", ("video", "screenshots")),
        ("Copie d’écran de l'écran d'accueil", ("screenshots",)),
        ("Lien permanent vers le rapport", ("gazelle-permalink",)),
        ("Identifiant de l'exécution du cas de test", ("mssante-execution",)),
        ("Source SMTP du message émis", ("email-source",)),
        ("Logs de connexion", ("log",)),
        ("Attestation sur l'honneur", ("sworn-statement",)),
        ("Extrait de configuration TLS", ("configuration",)),
        ("Le compte rendu au format PDF/A-1", ("pdfa",)),
        ("Justificatif de l'homologation CNDA", ("cnda-attestation",)),
        ("Formulaire signé électroniquement par le prestataire", ("signed-pdf",)),
        ("Formulaire du test d’intrusion, signé par l’auditeur", ("pentest-form",)),
        ("Signé électroniquement par l'auditeur : le formulaire de test d'intrusion", ("pentest-form",)),
        ("Quelque chose d’autre", ("video", "screenshots", "document")),
    ],
)
def test_kinds_are_guessed_from_the_words(tmp_path: Path, text: str, kinds: tuple[str, ...]) -> None:
    assert [p.kinds for p in proofs(read(tmp_path, {"Preuve": text}))] == [kinds]


# --- Texts


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Deux\n\nparagraphes\net une ligne", "<p>Deux</p><p>paragraphes<br>et une ligne</p>"),
        ("Sujet <nom> <prénom>", "<p>Sujet &lt;nom&gt; &lt;prénom&gt;</p>"),
        ('<p class="mb-1">a < b & c</p>', "<p>a &lt; b &amp; c</p>"),
        ('<p class="mb-1">Sujet <nom> ici</p>', "<p>Sujet &lt;nom&gt; ici</p>"),
        ("<p>x<script>alert(1)</script></p>", "<p>x</p>"),
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="https://a.fr">a</a>', '<a href="https://a.fr" rel="noopener noreferrer">a</a>'),
        ("<div><span>a</span></div>", "<p>a</p>"),
        ("<img src=x onerror=alert(1)>texte", "<p>texte</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        (
            "<table><tr><td colspan=2>a</td></tr></table>",
            '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        ),
    ],
)
def test_html_is_made_harmless(source: str, expected: str) -> None:
    assert sanitised(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>Un</p><p>Deux &amp; trois</p>", "Un\nDeux & trois"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("  une \xa0 ligne \r\n autre  ", "une ligne\nautre"),
        ("adresse/<identifiant>", "adresse/<identifiant>"),
        ("<p>adresse/<identifiant></p>", "adresse/<identifiant>"),
        ("a\x00b", "ab"),
    ],
)
def test_plain_texts_stay_readable(source: str, expected: str) -> None:
    assert plain_text(source) == expected


pieces = st.sampled_from([
    "<p>", "</p>", "<li>", "<br>", "<script>", "</script>", "<b onclick=x()>", "<a href='javascript:x()'>", "</a>",
    "<nom>",
    "<!--", "-->", "<", ">", "&", "&lt;", "\n\n", " mot ", "<svg onload=x()>", "<style>", "</", "=", '"', "<table><td>",
])  # fmt: skip


@given(st.lists(pieces, max_size=12).map("".join))
def test_sanitised_text_is_clean_for_the_sanitiser(source: str) -> None:
    made = sanitised(source)
    for name in ("script", "svg", "style"):
        assert f"<{name}" not in made
    assert nh3.clean(made, url_schemes={"https"}, link_rel="noopener noreferrer") == made


# --- Columns


def test_columns_that_may_be_missing(tmp_path: Path) -> None:
    needless = ("Fonction", "Commentaire", "Profil historique", "Criticité", "Ordre")
    result = read(tmp_path, {}, columns=[c for c in COLUMNS if c not in needless])
    assert requirements(result)[0].title.fr == "A.01"


# --- Whole definitions


def test_import_writes_a_whole_definition(tmp_path: Path) -> None:
    workbook = write(
        tmp_path / "Ma liste.xlsx", rows({}, {"ID": "B.01", "Profil": "Option", "Périmètre": "Vague 3"})
    )
    answer = import_into(workbook, tmp_path / "parcours" / "Ma Démarche")
    assert (answer["ok"], answer["code"], answer["track"], answer["findings"]) == (
        True,
        "ma-demarche",
        "parcours",
        [],
    )
    assert check_folder(tmp_path / "parcours" / "Ma Démarche")["ok"]
    definition = load_folder(tmp_path / "parcours" / "Ma Démarche")
    assert [(p.key, p.locked) for p in definition.profiles] == [("general", True), ("option", False)]
    assert [p.key for p in definition.perimeters] == ["vague-1", "vague-2", "vague-3"]
    assert definition.title.fr == "Ma liste"


def test_import_like_another_definition_takes_all_the_rest(tmp_path: Path) -> None:
    write_folder(small(), tmp_path / "like")
    workbook = write(
        tmp_path / "w.xlsx", rows({}, {"ID": "B.01", "Profil": "Option", "Périmètre": "Vague 1"})
    )
    import_into(workbook, tmp_path / "essai" / "new", tmp_path / "like")
    made, like = load_folder(tmp_path / "essai" / "new"), small()
    assert (made.code, made.track, made.title, made.steps, made.charter) == (
        "new",
        "essai",
        like.title,
        like.steps,
        like.charter,
    )
    assert (made.convention, made.prerequisites, made.files) == (
        like.convention,
        like.prerequisites,
        like.files,
    )
    assert [p.key for p in made.profiles] == ["all", "extra"]
    assert made.chapters[0].requirements[1].perimeter == "old"


def test_a_profile_that_a_condition_needs_stays(tmp_path: Path) -> None:
    write_folder(small(), tmp_path / "like")
    answer = import_into(write(tmp_path / "w.xlsx", rows({})), tmp_path / "essai" / "new", tmp_path / "like")
    assert (answer["ok"], answer["findings"]) == (True, [])
    assert [p.key for p in load_folder(tmp_path / "essai" / "new").profiles] == ["all", "extra"]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "mine").write_text("x")
    with pytest.raises(DefinitionError):
        import_into(write(tmp_path / "w.xlsx", rows({})), tmp_path / "into")
    assert [p.name for p in (tmp_path / "into").iterdir()] == ["mine"]


# --- Any list: the same numbers as a naive count over the rows


cell = st.sampled_from
any_row = st.fixed_dictionaries({
    "Périmètre": cell(["Vague 1", "Vague 2"]), "ID": cell(["A.01", "A.02", "A.03"]), "Chapitre": cell(["Un", "Deux"]),
    "Profil": cell(["Général", "P", "Q"]), "N° scénario": cell(["", "S.1", "S.2"]),
    "Scénario de conformité": cell(["", "s"]),
    "N° preuve": cell(["1", "2"]), "Preuve": cell(["", "Une vidéo", "Un journal"]),
})  # fmt: skip


def naive(raw: list[Row], profiles: frozenset[str], held: bool) -> tuple[int, int, int]:
    """Requirements, slots and chapters with slots that apply, straight from the rows."""
    applying = [
        row
        for row in raw
        if row["Profil"] in profiles | {"Général"} and not (held and row["Périmètre"] == "Vague 1")
    ]
    home: dict[tuple[str, str, str], str] = {}
    for row in raw:
        if row["Preuve"]:
            home.setdefault((row["ID"], row["N° scénario"], row["N° preuve"]), row["Chapitre"])
    slots = {(row["ID"], row["N° scénario"], row["N° preuve"]) for row in applying if row["Preuve"]}
    return len({row["ID"] for row in applying}), len(slots), len({home[slot] for slot in slots})


def counted(definition: Definition, profiles: frozenset[str], held: bool) -> tuple[int, int, int]:
    keys = {p.key for p in definition.profiles if p.workbook in profiles}
    claims = {claim.key for claim in definition.claims} if held else set()
    found = applicability(definition, Facts(frozenset(keys), frozenset(claims)))
    return found.requirement_count, found.slot_count, len(found.chapters)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(any_row, min_size=1, max_size=12))
def test_any_list_gives_the_naive_numbers(tmp_path_factory: pytest.TempPathFactory, raw: list[Row]) -> None:
    path = write(tmp_path_factory.mktemp("any") / "w.xlsx", raw)
    definition = whole(import_workbook(path, kinds=load_folder(TEMPLATE).kinds))
    assert check(definition) == []
    for size in range(3):
        for chosen in combinations(("P", "Q"), size):
            for held in (False, True):
                profiles = frozenset(chosen)
                assert counted(definition, profiles, held) == naive(raw, profiles, held)


# --- The real workbooks


@pytest.fixture(scope="module", params=["template", "like"])
def real(
    request: pytest.FixtureRequest, reference_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Definition, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("real") / request.param / "rem"
    like = TEMPLATE.parent / "segur-vague-2" / "ris" if request.param == "like" else None
    answer = import_into(reference_dir / "rem" / "REM-RIS-Va2-B.xlsx", folder, like)
    assert answer["findings"] == []
    return load_folder(folder), answer


@pytest.mark.real
def test_the_numbers_of_the_real_workbook(real: tuple[Definition, dict[str, Any]]) -> None:
    _, report = real
    names = ("requirements", "scenarios", "proofs", "rows", "profiles", "slots")
    assert [report[name] for name in names] == [246, 272, 357, 386, 12, 355]
    assert (len(report["without_proof"]), report["errors"], len(report["mended"])) == (28, [], 34)


@pytest.mark.real
def test_what_applies_of_the_real_workbook(real: tuple[Definition, dict[str, Any]]) -> None:
    definition, _ = real
    everything = frozenset(p.workbook for p in definition.profiles)
    assert len(everything) == 12
    assert counted(definition, frozenset(), True) == (97, 109, 35)
    assert counted(definition, frozenset(), False) == (197, 282, 48)
    assert counted(definition, everything, False) == (246, 355, 60)


@pytest.mark.real
@pytest.mark.parametrize("name", ["A", "B"])
def test_the_counts_of_the_real_workbooks_are_those_of_their_rows(
    reference_dir: Path, tmp_path: Path, name: str
) -> None:
    path = reference_dir / "rem" / f"REM-RIS-Va2-{name}.xlsx"
    raw = [{column: str(cell).strip() for column, cell in row.items()} for row in raw_rows(path)]
    answer = import_into(path, tmp_path / "parcours" / "rem")
    assert (answer["rows"], answer["requirements"], answer["scenarios"], answer["proofs"]) == (
        len(raw),
        len({row["ID"] for row in raw}),
        len({(row["ID"], row["N° scénario"]) for row in raw if row["N° scénario"]}),
        sum(row["Preuve"] != "" for row in raw),
    )
    assert answer["slots"] == len({
        (row["ID"], row["N° scénario"], row["N° preuve"]) for row in raw if row["Preuve"]
    })  # fmt: skip
    assert {row["ID"] for row in raw} == {
        r.code for c in load_folder(tmp_path / "parcours" / "rem").chapters for r in c.requirements
    }


@pytest.mark.real
def test_the_other_real_workbook_can_be_read(reference_dir: Path, tmp_path: Path) -> None:
    answer = import_into(reference_dir / "rem" / "REM-RIS-Va2-A.xlsx", tmp_path / "x" / "rem")
    assert (answer["ok"], answer["requirements"], answer["rows"]) == (True, 257, 408)
