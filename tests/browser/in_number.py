"""Files handed in at once, as a picture of their page wants them: announced by name, then as if received; no bytes."""

from collections.abc import Iterator
from itertools import cycle, islice

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.documents.models import Scan
from jalon.evidence.models import Slot
from jalon.uploads.actions.many import Announced, announce_files
from jalon.uploads.models import Upload
from jalon.uploads.queries.many import Target, Targets
from jalon.uploads.rules import LIFE
from jalon.uploads.states import UploadState

WORDS = ("écran de recherche", "après l’appel", "message reçu", "trace", "droits du profil", "refus attendu")
SIZES = (84_211, 1_204_551, 412_900, 2_733_018)
LATE = "_fin de démonstration.png"
FAR = 50 * LIFE  # a picture may be looked at later


def hand_in(actor: Standing, application: Application, *, sure: int, folder: str = "Preuves") -> str:
    """Recognised ones, five to be asked about, three without a code, three refused, one too late for its slot.

    Token of one without a code.
    """
    targets = Targets(application)
    names = [f"{folder}/{name}" for name in _names(list(targets.by_key.values()), sure)]
    files = [Announced(name, size) for name, size in zip(names, cycle(SIZES), strict=False)]
    announce_files(actor=actor, number=application.number, files=files)
    rows = Upload.objects.filter(application=application, user=actor.person_id)
    here = rows.filter(state=UploadState.RECEIVING) | rows.filter(path__endswith=LATE)
    for n, row in enumerate(here):
        row.state, row.message, row.sha256, row.scan = UploadState.HELD, "", f"{n:064x}", Scan.CLEAN
        row.save(update_fields=["state", "message", "sha256", "scan"])
    for row in rows:
        Upload.objects.filter(pk=row.pk).update(expires_at=row.expires_at + FAR)
    return rows.get(path=f"{folder}/vidéo de recette.mp4").token


def _names(targets: list[Target], sure: int) -> Iterator[str]:
    given = set(Slot.objects.values_list("item_key", flat=True))
    fitting = [target for target in targets if not target.refusal("a.png", 1)]
    fitting.sort(key=lambda target: target.key not in given)  # where something stands already, first
    for n, target in enumerate(islice(cycle(fitting[:: max(1, len(fitting) // sure)]), sure)):
        code = target.code.replace("/", "_")
        yield f"{target.chapter.key if n % 2 else ''}/{code}_{WORDS[n % len(WORDS)]} {chr(97 + n % 26)}.png"
    asked = [t for t in fitting if sum(o.requirement.code == t.requirement.code for o in fitting) > 1]
    for n, code in enumerate(islice(dict.fromkeys(t.requirement.code for t in asked), 5)):
        yield f"{code.replace('/', '-')} montage {chr(97 + n)}.png"
    yield from ("vidéo de recette.mp4", "capture du 12 mai.png", "compte rendu.pdf")
    first = fitting[0].code.replace("/", "_")
    yield from (f"{first}_essai.exe", f"{first}_essai.tiff", "notes.docx")
    closed = next((t for t in targets if t.closed and t.may_take_later("a.png", 1)), None)
    if closed:
        yield f"{closed.code.replace('/', '_')}{LATE}"
