"""Which expected proofs the name of a file says."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.programmes.definition.naming import Codes, codes_of, is_litter

INS, CRI, DMP = "INS/va1.01.01.01", "CRI/va1.04.02.01", "DMP/UX.15.01.01"
CODES = Codes.of([
    (INS, "ins1"), ("INS/va1.01.01", "ins1"), ("INS/va1.01", "ins1"),
    ("INS/va1.01.02.01", "ins2"), ("INS/va1.01.02", "ins2"), ("INS/va1.01", "ins2"),
    ("INS/va1.10.01.01", "ins10"), ("INS/va1.10", "ins10"),
    (CRI, "cri"), ("CRI/va1.04", "cri"),
    (DMP, "dmp1"), (DMP, "dmp2"), ("DMP/UX.15", "dmp1"), ("DMP/UX.15", "dmp2"),
    ("PSC.01", "psc"), ("INS/PSC.01", "inspsc"),
    ("SSI/IAM.80.01", "iam"), ("SSI/IAM.80.01.02", "iam2"), ("1.2", "plain"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("path", "keys", "sure"),
    [
        ("INS_va1.01.01.01_capture.png", ["ins1"], True),
        ("ins-VA1-01-01-01.mp4", ["ins1"], True),
        ("INS va1 01 01 01 (2).png", ["ins1"], True),
        ("2024-05-12 INSva1_01_01_01.pdf", ["ins1"], True),
        ("PRV_INS.va1.01.01.01-v2.pdf", ["ins1"], True),
        ("INS_va1.01.01.01a.png", ["ins1"], True),
        ("INS_va1.01.01.01_02.png", ["ins1"], True),  # nothing goes on from it: the second picture
        ("INS/va1.01.01.01.png", ["ins1"], True),
        ("Preuves/INS_va1.01/01.01 écran.png", ["ins1"], True),
        ("INS_va1.01.01.01/écran.png", ["ins1"], True),
        ("INS_va1.01.01.01/INS_va1.01 écran.png", ["ins1"], True),
        ("CRI_va1.04/INS_va1.01.01.01.png", ["ins1"], True),  # its own name before its folder's
        ("ＩＮＳ_va1.01.01.01.png", ["ins1"], True),
        ("CRI_va1.04 rapport.pdf", ["cri"], True),  # the requirement has one place
        ("CRI_va1.04_2024.pdf", ["cri"], True),
        ("CRI_va1.04 (2).pdf", ["cri"], True),
        ("CRI_va1.04.99.pdf", ["cri"], False),  # a number that no code explains
        ("CRI_va1.04_2.pdf", ["cri"], False),
        ("INS_va1.01 tout.pdf", ["ins1", "ins2"], False),
        ("INS_va1.01.01.01 et INS_va1.01.02.01.pdf", ["ins1", "ins2"], False),
        ("DMP_UX.15.01.01.mp4", ["dmp1", "dmp2"], False),  # two proofs of that code
        ("INS_PSC.01.pdf", ["inspsc"], True),
        ("PSC.01.pdf", ["psc"], True),
        ("SSI_IAM.80.01.02.pdf", ["iam2"], True),
        ("SSI_IAM.80.01.03.pdf", ["iam"], False),
        ("SSI_IAM.80.01.pdf", ["iam"], True),
        ("INS_va1.010.101.pdf", [], False),
        ("INS_va1.1.01.01.pdf", [], False),
        ("INS_va10.1.01.01.pdf", [], False),
        ("INSva1010101.pdf", [], False),
        ("XINS_va1.01.01.01.pdf", [], False),
        ("INS (va1.01.01.01).pdf", [], False),
        ("INS_va1.100.pdf", [], False),
        ("PSC.012.pdf", [], False),
        ("note 1.2.pdf", ["plain"], True),
        ("note 2024.1.2.pdf", [], False),
        ("notev1.2.pdf", [], False),
        ("démonstration.mp4", [], False),
        ("", [], False),
    ],
)
def test_what_names_say(path, keys, sure):
    named = CODES.named_in(path)
    assert (list(named.keys), named.sure) == (keys, sure)


@pytest.mark.parametrize(
    ("path", "litter"),
    [
        ("a/.DS_Store", True),
        ("Thumbs.db", True),
        ("__MACOSX/a.png", True),
        ("~$a.docx", True),
        ("a.png", False),
    ],
)
def test_what_nobody_hands_in(path, litter):
    assert is_litter(path) is litter


PARTS = st.lists(
    st.sampled_from(["ins", "va", "1", "01", "10", "010", "2", "a", "é", "PSC", "²"]), min_size=1
)
GAPS = st.sampled_from(["/", "_", "-", ".", " ", "", "(", "__", "\\", "\n", "+"])


@st.composite
def paths(draw):
    return "".join(part + draw(GAPS) for part in draw(PARTS))


def letters(text):
    """Words and numbers of a text, in order: written otherwise than in the code that is tried."""
    return re.findall(r"[a-z]+|[0-9]+", text.casefold().replace("²", "2").replace("é", "e"))


@settings(max_examples=150, deadline=None)
@given(paths(), st.lists(paths(), max_size=6))
def test_no_slot_is_named_whose_code_is_not_there(path, codes):
    found = Codes.of((code, str(n)) for n, code in enumerate(codes)).named_in(path)
    for key in found.keys:
        code = letters(codes[int(key)])
        numbers = [part for part in code if part.isdigit()]
        inside = [part for part in letters(path) if part.isdigit()]
        assert any(inside[n : n + len(numbers)] == numbers for n in range(len(inside) + 1))
        assert "".join(code) in "".join(letters(path))
    assert not found.sure or len(found.keys) == 1


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([INS, CRI, "INS/va1.01.02.01", "INS/va1.10.01.01"]),
    st.sampled_from(["/", "_", "-", ".", " ", " - "]),
    st.booleans(),
    st.text("xyz_- é", max_size=8),
    st.sampled_from(["", "preuves/", "CRI/"]),
)
def test_however_a_full_code_is_written_it_leads_to_its_own_place(code, gap, upper, words, folder):
    written = re.sub(r"[/.]", gap, code)
    named = CODES.named_in(f"{folder}{written.upper() if upper else written.lower()}_{words}.png")
    assert (named.codes, named.sure) == ((code,), True)


def test_the_codes_of_the_shipped_programme(shipped_ris):
    """Each proof is named by its own code alone, whatever stands beside it."""
    codes = codes_of(shipped_ris)
    proofs = [
        (proof.code, proof.key)
        for chapter in shipped_ris.chapters
        for requirement in chapter.requirements
        for scenario in requirement.scenarios
        for proof in scenario.proofs
    ]
    assert len(proofs) > 100
    for code, key in proofs:
        named = codes.named_in(f"Chapitre/{code.replace('/', '_')}_écran.png")
        assert (named.keys, named.sure) == ((key,), True)


@pytest.fixture(scope="module")
def shipped_ris():
    from jalon.programmes.definition.folder import load_folder

    return load_folder(Path(__file__).parents[2] / "definitions" / "segur-vague-2" / "ris")
