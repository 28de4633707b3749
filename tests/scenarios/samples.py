"""One small, true file for each way in which a file is read in its page; and a proof that holds them all."""

import datetime as dt
import email.message
import io
import json
import struct
import zipfile
import zlib

import pikepdf
import xlsxwriter
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jalon.demo.play import Play
from jalon.demo.samples import sample_video
from jalon.documents.actions import receive_file
from jalon.documents.rules import FORMATS
from jalon.evidence.models import Proof, ProofItem

LOG = "".join(
    f"2026-03-02 10:{n // 60:02}:{n % 60:02},{n:03} {'ERROR' if n % 97 == 0 else 'INFO '} "
    f"fr.clairvue.insi - appel {n}, réponse {'00' if n % 97 else '44'} en {120 + n % 31} ms\n"
    for n in range(1, 900)
)
HL7 = (
    "MSH|^~\\&|CLAIRVUE|CHU|DPI|CHU|20260302101500||ORU^R01^ORU_R01|MSG00042|P|2.5\r"
    "PID|1||279035121518989^^^INS-NIR||TEST-DURAND^ODILE^MARIE||19790312|F\r"
    "OBR|1||8842|RX^Radiographie du thorax\rOBX|1|TX|CR||Pas d’anomalie visible.||||||F\r"
)
XML = (
    '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Compte rendu d’imagerie'
    '</title><effectiveTime value="20260302"/><recordTarget><patientRole><id extension="279035121518989" '
    'root="1.2.250.1.213.1.4.10"/><patient><name><family qualifier="BR">TEST-DURAND</family><given>ODILE</given>'
    "</name></patient></patientRole></recordTarget></ClinicalDocument>"
)
JSON = {
    "resourceType": "ImagingStudy", "status": "available", "started": "2026-03-02T10:15:00+01:00",
    "subject": {"reference": "Patient/odile"}, "numberOfSeries": 2,
    "series": [{"uid": "1.2.3.4", "modality": {"code": "CT"}, "numberOfInstances": 240}, {"uid": "1.2.3.5"}],
}  # fmt: skip


def png() -> bytes:
    """A form on a screen: grey bands, large enough to be enlarged."""
    width, height = 960, 540
    rows = []
    for y in range(height):
        band = y // 54
        shade = bytes((22, 33, 43)) if band == 0 else bytes((245, 247, 248) if band % 2 else (217, 223, 227))
        field = bytes((255, 255, 255)) if band and 10 < y % 54 < 44 else shade
        rows.append(b"\x00" + shade * 320 + field * 560 + shade * 80)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


def mail() -> bytes:
    message = email.message.EmailMessage()
    message["Received"] = (
        "from relais.example (relais.example [192.0.2.7]) by mss.hopital.example; Mon, 02 Mar 2026 10:15:03 +0100"
    )
    message["Received"] = "from ris.clairvue.example by relais.example; Mon, 02 Mar 2026 10:15:01 +0100"
    message["From"] = "Imagerie <imagerie@clairvue.mssante.example>"
    message["To"] = "dr.martin@hopital.mssante.example"
    message["Subject"] = "Compte rendu d’imagerie"
    message["Date"] = "Mon, 02 Mar 2026 10:15:00 +0100"
    message["Message-ID"] = "<42@clairvue.mssante.example>"
    message["X-MSS-INS"] = "279035121518989"
    message.set_content(
        "Bonjour,\n\nVeuillez trouver le compte rendu en pièce jointe.\n\nLe service d’imagerie\n"
    )
    message.add_attachment(XML.encode(), maintype="application", subtype="xml", filename="cda.xml")
    return message.as_bytes()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("INS_va1.01/captures/fiche.png", "INS_va1.01/journal.log", "lisez-moi.txt"):
            packed.writestr(zipfile.ZipInfo(name, (2026, 3, 2, 10, 15, 0)), name * 30)
    return out.getvalue()


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Essais")
        sheet.write_row(0, 0, ["Essai", "Date", "Résultat"])
        for n in range(1, 30):
            sheet.write_row(n, 0, [f"Appel INSi {n}", "02/03/2026", "réussi" if n % 7 else "échec"])
        book.add_worksheet("Paramètres").write_row(0, 0, ["délai", 30])
    return out.getvalue()


def office() -> bytes:
    words = "".join(
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
        for text in (
            "Politique de sauvegarde",
            "Les sauvegardes sont faites chaque nuit.",
            "Elles sont rejouées.",
        )
    )
    core = (
        '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title>Sauvegardes</dc:title>'
        "<dc:creator>Inès Carvalho</dc:creator><dcterms:created>2026-02-20T09:00:00Z</dcterms:created>"
        "</cp:coreProperties>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", f'<w:document xmlns:w="w"><w:body>{words}</w:body></w:document>')
        packed.writestr("docProps/core.xml", core)
    return out.getvalue()


def certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Clairvue"),
            x509.NameAttribute(NameOID.COMMON_NAME, "ris.clairvue.example"),
        ]
    )
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    one = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AC d’essai")]))
        .public_key(key.public_key())
        .serial_number(0x2A)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=730))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("ris.clairvue.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return one.public_bytes(serialization.Encoding.PEM)


def csv() -> bytes:
    rows = "".join(f"{n};02/03/2026;TEST-DURAND;{'conforme' if n % 9 else 'écart'}\n" for n in range(1, 240))
    return f"Appel;Date;Patient;Résultat\n{rows}".encode("cp1252")


SAMPLES = {
    "image": ("fiche-patient.png", png),
    "video": ("parcours.mp4", lambda: sample_video(1)),
    "pdf": ("attestation.pdf", pdf),
    "text": ("insi.log", LOG.encode),
    "table": ("appels.csv", csv),
    "mail": ("envoi.eml", mail),
    "xml": ("cda.xml", XML.encode),
    "json": ("etude.json", lambda: json.dumps(JSON).encode()),
    "hl7": ("oru.hl7", HL7.encode),
    "certificate": ("serveur.pem", certificate),
    "archive": ("INS_va1.01.zip", archive),
    "workbook": ("essais.xlsx", workbook),
    "office": ("sauvegardes.docx", office),
}


MARKS = ("text", "table", "mail")  # sorts to which a few words may be added


def give_samples(play: Play, words: str = "") -> dict[str, int]:
    """A piece of each sort in the first draft of the file, past what its slot accepts. Viewer → document.

    `words` make some of them other bytes than those of another file of the company.
    """
    proof = Proof.objects.filter(slot__application__number=play.number, submitted_at=None).earliest("pk")
    given = {}
    for position, (viewer, (name, make)) in enumerate(SAMPLES.items(), 10):
        document = receive_file(
            actor=play.vendor,
            company_id=play.application.company_id,
            name=name,
            chunks=[make() + (words.encode() if viewer in MARKS else b"")],
            formats=list(FORMATS),
            max_bytes=10_000_000,
        )
        ProofItem.objects.create(
            proof=proof, position=position, kind="file", proof_kind="document", document=document,
            added_by_id=play.vendor.user_id, added_at=document.added_at,
        )  # fmt: skip
        given[viewer] = document.pk
    return given
