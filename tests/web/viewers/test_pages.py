"""A file opens in its page, on both sides, through the same rights as its bytes; nothing in it is executed."""

import re

import pytest

from jalon.documents import storage
from jalon.documents.actions import record_scan
from jalon.documents.models import Content, Document
from jalon.web.viewers import VIEWERS
from tests.documents.edges import archive_of, endless_certificate, office_file
from tests.kept import kept
from tests.scenarios.samples import SAMPLES, give_samples
from tests.web.agency import browser, company, eligible, page, query_count, slots, submitted, text_of

__all__ = ["company", "eligible", "submitted"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.processes,
    pytest.mark.any_database("what a file holds, and how it is shown"),
]

# What a reader must find on the page of each.
FOUND = {
    "image": ("Agrandir", "Réduire", "Ajuster", 'class="j-zoom-fit"'),
    "video": ("<video", "Télécharger la vidéo"),
    "pdf": ("<iframe", "Ouvrir le PDF dans un onglet"),
    "text": ("UTF-8", "2026-03-02 10:00:01,001", "Partie 1 sur"),
    "table": ('<th scope="col">Résultat</th>', "TEST-DURAND", "Partie suivante"),
    "mail": ("<td>Compte rendu d’imagerie</td>", "from relais.example", "Veuillez trouver", "cda.xml"),
    "xml": ("&lt;title&gt;Compte rendu d’imagerie&lt;/title&gt;", "Texte brut"),
    "json": ("<b>resourceType</b>", "2 éléments"),
    "hl7": ("<b>PID</b>", "ORU^R01^ORU_R01"),
    "certificate": ("CN=ris.clairvue.example", "CN=AC d’essai", "Empreinte SHA-256"),
    "archive": ("journal.log", "3 fichiers"),
    "workbook": ("Essais", "Appel INSi 3", "échec"),
    "office": ("Les sauvegardes sont faites chaque nuit.", "Inès Carvalho"),
}


@pytest.fixture
@kept
def given(eligible):
    """A draft that holds a file of each sort; then it is handed in."""
    play = eligible.play
    chapter = play.chapters()[0]
    play.deposit(chapter)
    return give_samples(play)


@pytest.fixture
@kept
def handed_in(eligible, given):
    play = eligible.play
    play.submit_chapters([play.chapters()[0]])
    return given


def vendor_page(company, document_id: int, query: str = "") -> str:
    return f"/candidatures/{company.number}/pieces/{document_id}{query}"


def staff_page(company, document_id: int, query: str = "") -> str:
    return page(company, f"/pieces/{document_id}{query}")


@pytest.mark.parametrize("viewer", SAMPLES)
def test_every_sort_opens_in_the_page_of_the_vendor(eligible, given, viewer):
    answer = browser(eligible, "agent").get(vendor_page(eligible, given[viewer]))
    shown = text_of(answer) if viewer != "xml" else " ".join(answer.content.decode().split())
    assert answer.status_code == 200
    assert f'data-viewer="{viewer}"' in shown
    assert [words for words in FOUND[viewer] if words not in shown] == []


@pytest.mark.parametrize("viewer", SAMPLES)
def test_and_in_the_page_of_the_agency_once_handed_in(eligible, handed_in, viewer):
    answer = browser(eligible, "verifier").get(staff_page(eligible, handed_in[viewer]))
    assert (answer.status_code, f'data-viewer="{viewer}"' in text_of(answer)) == (200, True)


def test_what_is_not_handed_in_is_not_there_for_the_agency(eligible, given):
    verifier = browser(eligible, "verifier")
    assert {verifier.get(staff_page(eligible, pk)).status_code for pk in given.values()} == {404}


def test_a_file_of_nobody_is_not_there(eligible, given):
    assert browser(eligible, "agent").get(vendor_page(eligible, 10**9)).status_code == 404


def test_the_page_leads_to_the_proof_and_back(eligible, handed_in):
    shown = text_of(browser(eligible, "agent").get(vendor_page(eligible, handed_in["pdf"])))
    assert re.search(r'href="/candidatures/\w+/chapitres/[\w-]+\?exigence=[^"]+#slot-', shown)
    shown = text_of(browser(eligible, "verifier").get(staff_page(eligible, handed_in["pdf"])))
    assert re.search(r'href="/instruction/\w+/chapitres/[\w-]+\?vue=tout&preuve=', shown)


def test_a_log_is_searched_by_the_server_and_each_hit_leads_to_its_line(eligible, given):
    client = browser(eligible, "agent")
    shown = text_of(client.get(vendor_page(eligible, given["text"], "?q=appel+873")))
    assert "1 ligne contient « appel 873 »" in shown
    link = re.search(r'href="([^"]*page=\d+[^"]*)#l873"', shown)
    assert link
    there = text_of(client.get(link[1]))
    assert 'id="l873"' in there
    assert "<mark>appel 873</mark>" in there


@pytest.mark.parametrize("viewer", ["xml", "json", "table", "mail", "hl7"])
def test_what_is_text_is_also_shown_as_it_stands(eligible, given, viewer):
    shown = text_of(browser(eligible, "agent").get(vendor_page(eligible, given[viewer], "?forme=texte")))
    assert 'data-viewer="text"' in shown
    assert "Mis en forme" in shown


def test_a_picture_is_enlarged_by_its_address_too(eligible, given):
    shown = text_of(browser(eligible, "agent").get(vendor_page(eligible, given["image"], "?zoom=200")))
    assert 'class="j-zoom-200"' in shown
    assert "zoom=300" in shown


ODD = ("?page=99999999999", "?page=-1", "?zoom=x", "?forme=x", "?feuille=9", "?q=%00")


@pytest.mark.parametrize("viewer", ["text", "table", "workbook", "archive", "image"])
def test_whatever_the_address_asks_a_page_answers(eligible, given, viewer):
    client = browser(eligible, "agent")
    asked = {query: client.get(vendor_page(eligible, given[viewer], query)).status_code for query in ODD}
    assert asked == dict.fromkeys(ODD, 200)


def test_an_infected_file_says_so_and_shows_nothing(eligible, handed_in):
    content = Document.objects.get(pk=handed_in["text"]).content
    Content.objects.filter(pk=content.pk).update(scan="pending")
    record_scan(content_id=content.pk, found="Eicar")
    for side, address in (("agent", vendor_page), ("verifier", staff_page)):
        shown = text_of(browser(eligible, side).get(address(eligible, handed_in["text"])))
        assert 'data-viewer="refused"' in shown
        assert "malveillant" in shown
        assert "clairvue.insi" not in shown


HOSTILE = {
    "a log that is a page": ("text", "<script>alert(1)</script><img src=x onerror=alert(1)>"),
    "a table of scripts": ("table", "a;b\n<script>alert(1)</script>;=cmd\n"),
    "a tree of scripts": ("json", '{"<script>alert(1)</script>": "<script>alert(1)</script>"}'),
    "a mail that is a script": (
        "mail", "Subject: <script>alert(1)</script>\nContent-Type: text/html\n\n<script>alert(1)</script><b>ok</b>",
    ),
    "a message of scripts": ("hl7", "MSH|^~\\&|<script>alert(1)</script>\rPID|<script>alert(1)</script>"),
    "xml of scripts": ("xml", "<a><![CDATA[<script>alert(1)</script>]]></a>"),
    "an archive that is none": ("archive", "rien"),
    "a certificate that is none": ("certificate", "rien"),
    "a workbook that is none": ("workbook", "rien"),
    "xml that is none": ("xml", "<a>"),
    "a bomb": ("xml", '<!DOCTYPE a [<!ENTITY b "xx"><!ENTITY c "&b;&b;">]><a>&c;</a>'),
    "a binary called log": ("text", "\x00\x01\x02MZ\x7f\x1b]0;titre\x07"),
    "a line of 10 MB": ("text", "x" * 10_000_000),
}  # fmt: skip


@pytest.mark.parametrize(("viewer", "text"), HOSTILE.values(), ids=HOSTILE)
def test_nothing_in_a_file_becomes_part_of_the_page(eligible, given, viewer, text):
    """As if it had passed every check at its reception."""
    swap(given[viewer], text.encode("latin-1"))
    answer = browser(eligible, "agent").get(vendor_page(eligible, given[viewer]))
    page_text = answer.content.decode()
    assert answer.status_code == 200
    assert len(page_text) < 600_000
    assert "alert(1)</script>" not in page_text
    assert "onerror=alert" not in page_text.replace("onerror=alert(1)&gt;", "")


def swap(document_id: int, data: bytes) -> None:
    """As if these bytes had passed every check at their reception."""
    kept_as = storage.new_key()
    with storage.receive([data], len(data)) as incoming:
        storage.keep(incoming.path, kept_as)
    Content.objects.filter(documents=document_id).update(storage_key=kept_as, size=len(data))


TURNED = "facture\u202efdp.exe"
EDGES = {
    "half a character in JSON": ("json", b'{"a":"\\ud800"}', "\ufffd"),
    "half a character in a mail": ("mail", b"Subject: a\nContent-Type: text/plain; charset=utf-7\n\n+2AA-", "\ufffd"),
    "half a character in a header": ("mail", b"Subject: =?unicode-escape?Q?=5Cud800?=\n\na", "\ufffd"),
    "a certificate without end": ("certificate", endless_certificate(), "31/12/9999"),
    "a text changed at the end of time": (
        "office", office_file("9999-12-31T23:59:59Z"), "31/12/9999",
    ),
    "a name that turns, in an archive": ("archive", archive_of(TURNED), "facture[U+202E]fdp.exe"),
    "a key that turns, in JSON": ("json", f'{{"{TURNED}": 1}}'.encode(), "facture[U+202E]fdp.exe"),
    "a cell that turns": ("table", f"a;{TURNED}\n".encode(), "facture[U+202E]fdp.exe"),
    "an element that turns": ("xml", f"<a>{TURNED}</a>".encode(), "facture[U+202E]fdp.exe"),
    "a header that turns": ("mail", b"X-A: =?utf-8?Q?facture=E2=80=AEfdp.exe?=\n\na", "facture[U+202E]fdp.exe"),
}  # fmt: skip


@pytest.mark.parametrize(("viewer", "data", "expected"), EDGES.values(), ids=EDGES)
def test_nothing_in_a_file_takes_its_page_down_or_turns_it(eligible, given, viewer, data, expected):
    swap(given[viewer], data)
    answer = browser(eligible, "agent").get(vendor_page(eligible, given[viewer]))
    assert answer.status_code == 200
    assert expected in text_of(answer)
    assert "\u202e" not in answer.content.decode()


@pytest.mark.parametrize("fails", ["the viewer", "its template"])
def test_what_no_viewer_expected_is_logged_and_leaves_a_download(
    eligible, handed_in, monkeypatch, caplog, fails
):
    def odd(_source):
        if fails == "the viewer":
            raise ArithmeticError
        return type("Odd", (), {"steps": property(lambda _odd: 1 // 0)})()

    monkeypatch.setitem(VIEWERS, "json", odd)
    shown = text_of(browser(eligible, "verifier").get(staff_page(eligible, handed_in["json"])))
    assert "telecharger" in shown
    assert "Télécharger pour lire" in shown
    assert f"The file {handed_in['json']} cannot be shown" in caplog.text


def test_the_number_of_queries_does_not_grow_with_the_pieces(eligible, handed_in):
    client = browser(eligible, "agent")
    counts = {
        viewer: query_count(lambda pk=pk: client.get(vendor_page(eligible, pk)))
        for viewer, pk in handed_in.items()
    }
    assert len(set(counts.values())) == 1, counts


# --- The workspace ------------------------------------------------------------------------------------------


def test_the_workspace_opens_one_piece_and_names_the_others(eligible, handed_in):
    chapter = eligible.play.chapters()[0]
    verifier = browser(eligible, "verifier")
    shown = text_of(verifier.get(page(eligible, f"/chapitres/{chapter}")))
    assert len(re.findall(r'data-viewer="', shown)) == 1
    assert [name for name, _make in SAMPLES.values() if name not in shown] == []
    link = re.search(
        r'href="([^"]*piece=\d+#slot)"[^>]*><svg[^>]*><use[^>]*></use></svg> <span>insi.log', shown
    )
    assert link
    opened = text_of(verifier.get(link[1]))
    assert 'data-viewer="text"' in opened
    assert "2026-03-02 10:00:01,001" in opened
    assert re.search(r'href="/instruction/\w+/chapitres/[^"]*page=2[^"]*"', opened)


def test_the_workspace_asks_as_much_for_many_pieces_as_for_one(eligible, handed_in):
    chapter = eligible.play.chapters()[0]
    verifier = browser(eligible, "verifier")
    base = page(eligible, f"/chapitres/{chapter}?vue=tout")
    keys = [view.key for view in slots(eligible, chapter)]
    counts = {key: query_count(lambda key=key: verifier.get(f"{base}&preuve={key}")) for key in keys}
    assert len(set(counts.values())) == 1, counts
