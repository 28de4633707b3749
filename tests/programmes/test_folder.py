"""Definition folders: what is read, what is refused (with file and line), and writing without a loss."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jalon.programmes.definition.findings import MESSAGES, DefinitionError, Finding
from jalon.programmes.definition.folder import load_folder, read_folder, read_tree, write_folder
from jalon.programmes.definition.strict_yaml import parse
from tests.programmes.builders import small, small_raw, text, write_tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(small(), tmp_path / "demo")
    return tmp_path / "demo"


def found(folder: Path) -> list[tuple[str, str, int, str]]:
    with pytest.raises(DefinitionError) as refused:
        load_folder(folder)
    return [(f.code, Path(f.file).name, f.line, f.where) for f in refused.value.findings]


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    content = path.read_text(encoding="utf-8")
    assert content.count(old) == 1, content
    path.write_text(content.replace(old, new), encoding="utf-8")


def line_of(folder: Path, file: str, words: str) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if words in line)


# --- YAML


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: yes", {"a": "yes"}),
        ("a: on", {"a": "on"}),
        ("a: NO", {"a": "NO"}),
        ("a: true", {"a": True}),
        ("a: false", {"a": False}),
        ("a: True", {"a": "True"}),
        ("a: null", {"a": None}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: 12", {"a": 12}),
        ("a: -3", {"a": -3}),
        ("a: 012", {"a": "012"}),
        ("a: 1.10", {"a": "1.10"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 0x10", {"a": "0x10"}),
        ("a: 12:30:45", {"a": "12:30:45"}),
        ("a: 2026-05-13", {"a": "2026-05-13"}),
        ("a: 'true'", {"a": "true"}),
        ('a: "12"', {"a": "12"}),
        ("a: |\n  12\n", {"a": "12\n"}),
        ("no: 1", {"no": 1}),
        ("'<<': 1", {"<<": 1}),
        ("[1, a, null]", [1, "a", None]),
    ],
)
def test_plain_words_mean_what_they_say(source: str, value: Any) -> None:
    assert parse(source).value == value


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("", "yaml.empty", 1),
        ("# nothing\n", "yaml.empty", 1),
        ("a: 1\nb: 2\na: 3\n", "yaml.duplicate", 3),
        ("a: 1\nb: {c: 1, c: 2}\n", "yaml.duplicate", 2),
        ("a: &x 1\n", "yaml.alias", 1),
        ("a: 1\nb: *x\n", "yaml.alias", 2),
        ("a: &x [1]\nb: [*x, *x]\n", "yaml.alias", 1),
        ("a: !!python/object:os.system x\n", "yaml.tag", 1),
        ("a: !x 1\n", "yaml.tag", 1),
        ("? [a]\n: 1\n", "yaml.key", 1),
        ("a: 1\n---\nb: 2\n", "yaml.several", 2),
        ("a: [1\n", "yaml.syntax", 2),
        ("a: 'x\n", "yaml.syntax", 2),
        ('a: "x\\0y"\n', "yaml.character", 1),
        ("a: " + "[" * 60 + "]" * 60, "yaml.deep", 1),
    ],
)
def test_what_yaml_may_not_do(source: str, code: str, line: int) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(source, "x.yaml")
    assert [(f.code, f.file, f.line) for f in refused.value.findings] == [(code, "x.yaml", line)]


@pytest.mark.parametrize(
    ("content", "code"), [(b"a: \xff\xfe", "file.not_text"), (b"a: x" * 2_000_000, "file.too_large")]
)
def test_what_a_file_may_not_be(folder: Path, content: bytes, code: str) -> None:
    (folder / "charter.yaml").write_bytes(content)
    assert (code, "charter.yaml", 0, "") in found(folder)


# --- Folders


def test_writing_and_reading_loses_nothing(folder: Path) -> None:
    assert load_folder(folder) == small()


def test_every_part_knows_where_it_was_written(folder: Path) -> None:
    sources = read_folder(folder).sources
    file, line = sources.place(("chapters", 0, "requirements", 1, "code"))
    assert Path(file).name == "01-c1.yaml"
    assert line == line_of(folder, "chapters/01-c1.yaml", "code: R2")


def test_writing_refuses_a_folder_that_holds_something(folder: Path) -> None:
    with pytest.raises(DefinitionError, match="n’est pas vide"):
        write_folder(small(), folder)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("programme.yaml", "file.missing"),
        ("charter.yaml", "file.missing"),
        ("convention.yaml", "file.missing"),
        ("kinds.yaml", "file.missing"),
    ],
)
def test_a_missing_file_is_named(folder: Path, file: str, code: str) -> None:
    (folder / file).unlink()
    assert (code, file, 0, "") in found(folder)


def test_prerequisites_may_be_absent(folder: Path) -> None:
    (folder / "prerequisites.yaml").unlink()
    assert load_folder(folder).prerequisites == ()


def test_unexpected_files_are_named(folder: Path) -> None:
    (folder / "chapter").mkdir()
    (folder / "steps" / "04-x.yml").write_text("x")
    (folder / ".hidden").write_text("x")
    (folder / "README.md").write_text("x")
    assert found(folder) == [("file.unexpected", "chapter", 0, ""), ("file.unexpected", "04-x.yml", 0, "")]


def test_links_are_not_followed(folder: Path) -> None:
    (folder / "charter.yaml").unlink()
    (folder / "charter.yaml").symlink_to("/etc/hostname")
    (folder / "files" / "more.txt").symlink_to("/etc/passwd")
    assert {(code, name) for code, name, _, _ in found(folder)} == {
        ("file.link", "charter.yaml"),
        ("file.link", "more.txt"),
    }


def test_files_are_bounded(folder: Path) -> None:
    (folder / "files" / "big.pdf").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    assert found(folder) == [("files.too_large", "files", 0, "")]


def test_a_part_stands_in_one_place(folder: Path) -> None:
    with (folder / "programme.yaml").open("a", encoding="utf-8") as file:
        file.write("charter: {}\n")
    assert (
        "file.unexpected",
        "programme.yaml",
        line_of(folder, "programme.yaml", "charter:"),
        "charter",
    ) in found(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert found(tmp_path / "nothing") == [("folder.missing", "nothing", 0, "")]


# --- The form of a definition: file, line and path of each fault


FIELD = "steps[0].sections[0].fields[9]"


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "path", "at"),
    [
        (
            "chapters/02-c2.yaml",
            "code: R3",
            "codes: R3",
            "schema.unknown",
            "chapters[1].requirements[0].codes",
            "",
        ),
        ("chapters/02-c2.yaml", "code: R3", "code: 3", "schema.text", "chapters[1].requirements[0].code", ""),
        (
            "chapters/02-c2.yaml",
            "code: R3",
            "code: ''",
            "schema.empty",
            "chapters[1].requirements[0].code",
            "",
        ),
        ("chapters/02-c2.yaml", "key: c2", "key: C 2", "schema.pattern", "chapters[1].key", ""),
        ("charter.yaml", "sections: []", "sections: {}", "schema.list", "charter.sections", ""),
        ("charter.yaml", "version: '1.0'", "version: [1]", "schema.text", "charter.version", ""),
        ("kinds.yaml", "form: record", "form: films", "schema.choice", "kinds[1].form", ""),
        ("prerequisites.yaml", "number: '2'", "number: true", "schema.text", "prerequisites[1].number", ""),
        ("steps/02-proofs.yaml", "kind: proofs", "kind: proof", "schema.choice", "steps[1]", "kind: proof"),
        ("steps/01-file.yaml", "kind: documents", "max_mb: 0", "schema.missing", f"{FIELD}.kind", "key: kit"),
        ("steps/01-file.yaml", "file: kit.pdf", "file: null", "schema.text", f"{FIELD}.download.file", ""),
        ("programme.yaml", "locked: true", "locked: oui", "schema.boolean", "profiles[0].locked", ""),
        ("programme.yaml", "locked: true", "locked: 1", "schema.boolean", "profiles[0].locked", ""),
        ("programme.yaml", "format: 1", "format: 2", "schema.choice", "format", ""),
        ("programme.yaml", "kind: first_proofs", "kind: last", "schema.choice", "gates[1].kind", ""),
        (
            "programme.yaml",
            "claim: listed",
            "claims: listed",
            "schema.condition",
            "perimeters[0].when.not",
            "not:",
        ),
        ("programme.yaml", "code: demo", "max_items_per_slot: 21", "schema.high", "max_items_per_slot", ""),
        ("programme.yaml", "code: demo", "max_items_per_slot: 0", "schema.low", "max_items_per_slot", ""),
        (
            "programme.yaml",
            "code: demo",
            "max_items_per_slot: 2.5",
            "schema.integer",
            "max_items_per_slot",
            "",
        ),
    ],
)
def test_each_fault_of_form_is_located(
    folder: Path, file: str, old: str, new: str, code: str, path: str, at: str
) -> None:
    edit(folder, file, old, new)
    assert (code, Path(file).name, line_of(folder, file, at or new), path) in found(folder)


def test_all_faults_come_at_once(folder: Path) -> None:
    edit(folder, "chapters/02-c2.yaml", "code: R3", "code: 3")
    edit(folder, "kinds.yaml", "form: record", "form: films")
    assert {f[0] for f in found(folder)} == {"schema.text", "schema.choice"}


def test_a_missing_key_is_named(folder: Path) -> None:
    edit(folder, "charter.yaml", "version: '1.0'\n", "")
    with pytest.raises(DefinitionError, match=r"charter\.yaml.*« version » manque"):
        load_folder(folder)


# --- Writing: any text survives


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=1, max_size=60
).filter(lambda value: "\x7f" not in value)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(texts)
def test_any_text_survives_the_folder(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    raw = small_raw()
    raw["summary"] = text(value, value)
    place = tmp_path_factory.mktemp("any") / "demo"
    definition = small(summary=text(value, value))
    write_folder(definition, place)
    assert load_folder(place) == definition


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "true",
        "null",
        "~",
        "12",
        "08",
        "1.0",
        "2026-05-13",
        "a: b",
        "- x",
        "# x",
        " x ",
        "x\n",
        "\nx",
        "&x",
        "*x",
        "!x",
        "%x",
        "@x",
        "{x}",
        "é\u2028x",
    ],
)
def test_awkward_texts_survive_the_folder(tmp_path: Path, value: str) -> None:
    definition = small(summary=text(value))
    write_folder(definition, tmp_path / "demo")
    assert load_folder(tmp_path / "demo") == definition


# --- Trees


def test_a_tree_has_portal_tracks_and_programmes(tmp_path: Path) -> None:
    write_tree(tmp_path / "tree", small())
    (tmp_path / "tree" / "_template" / "x").mkdir(parents=True)
    tree = read_tree(tmp_path / "tree")
    assert tree.portal is not None
    assert ([t.code for t in tree.tracks], [p.definition.code for p in tree.programmes]) == (
        ["essai"],
        ["demo"],
    )


def test_a_track_alone_is_read_with_its_programmes(tmp_path: Path) -> None:
    programme = write_tree(tmp_path / "tree", small())
    tree = read_tree(programme.parent)
    assert ([t.code for t in tree.tracks], [p.definition.code for p in tree.programmes]) == (
        ["essai"],
        ["demo"],
    )


@pytest.mark.parametrize("place", ["tree", "tree/essai", "tree/essai/demo"])
def test_a_folder_without_a_programme_is_a_fault(tmp_path: Path, place: str) -> None:
    (write_tree(tmp_path / "tree", small()) / "programme.yaml").unlink()
    with pytest.raises(DefinitionError) as refused:
        read_tree(tmp_path / place)
    assert [finding.code for finding in refused.value.findings] == ["folder.no_programme"]


@pytest.mark.parametrize(
    ("read", "stranger", "code"),
    [
        ("", "essai/other", "folder.not_a_programme"),
        ("essai", "essai/other", "folder.not_a_programme"),
        ("", "other", "folder.not_a_track"),
    ],
)
def test_a_folder_beside_programmes_that_holds_none_is_a_fault(
    tmp_path: Path, read: str, stranger: str, code: str
) -> None:
    """Passed over, a programme whose main file was left out would be missed by nobody."""
    write_tree(tmp_path, small())
    folder = tmp_path / stranger
    (folder / "chapters").mkdir(parents=True)
    with pytest.raises(DefinitionError) as refused:
        read_tree(tmp_path / read)
    assert [(f.code, f.file, f.params["name"]) for f in refused.value.findings] == [
        (code, str(folder), "other")
    ]
    folder.rename(folder.with_name("_other"))
    assert len(read_tree(tmp_path / read).programmes) == 1


def test_a_stranger_is_told_with_the_other_faults(tmp_path: Path) -> None:
    programme = write_tree(tmp_path, small())
    (programme / "charter.yaml").unlink()
    (tmp_path / "other").mkdir()
    with pytest.raises(DefinitionError) as refused:
        read_tree(tmp_path)
    assert [f.code for f in refused.value.findings] == ["file.missing", "folder.not_a_track"]


def test_faults_of_all_parts_of_a_tree_come_at_once(tmp_path: Path) -> None:
    programme = write_tree(tmp_path / "tree", small())
    (tmp_path / "tree" / "portal.yaml").write_text("format: 2\n")
    (programme.parent / "track.yaml").write_text("format: 2\n")
    (programme / "charter.yaml").unlink()
    with pytest.raises(DefinitionError) as refused:
        read_tree(tmp_path / "tree")
    assert {Path(f.file).name for f in refused.value.findings} == {
        "portal.yaml",
        "track.yaml",
        "charter.yaml",
    }


def test_every_message_can_be_filled_in_both_languages() -> None:
    names = "name limit problem first expected pattern what what_en known names code column other chapter"
    names += " check about expected_en"
    params = dict.fromkeys(names.split(), "x")
    for code in MESSAGES:
        finding = Finding(code, ("a", 0, "b"), "f.yaml", 3, params)
        assert finding.message("fr")
        assert finding.message("en")
        assert str(finding).startswith("f.yaml:3 : a[0].b : ")
