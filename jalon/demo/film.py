"""Draws film.mp4, the proof that the demo hands in: a made-up software qualifies a made-up identity, in 12 seconds.

    python -m jalon.demo.film

The film is kept, so that no demo and no test waits for an encoder; run this to change what it shows.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

from jalon.demo.samples import FILM

FONTS = Path(__file__).parents[1] / "web" / "static" / "jalon" / "fonts"
SIZE, RATE, SECONDS = (1280, 720), 5, 12
BAR, SIDE, PAPER, LINE, INK, MUTE, GOOD = (
    "#16475a", "#e4ebf1", "#f6f8fa", "#c3ccd4", "#17232b", "#5a6872", "#1f7a4d",
)  # fmt: skip
MENU = (
    "Dossier patient 0142",
    "Qualifier l’INS",
    "Interroger INSi",
    "Contrôler les traits",
    "Valider l’identité",
)
FIELDS = (
    ("Nom de naissance", "EXEMPLE"), ("Prénoms de naissance", "CAMILLE ÉLODIE"),
    ("Date de naissance", "01/01/1980"), ("Lieu de naissance (INSEE)", "44109"),
)  # fmt: skip
# From which second on: the entry of the menu, and what the software says below the fields.
TYPED = 5.0
STEPS = (
    (0.0, 0, ""), (TYPED, 2, "Appel au téléservice INSi…"),
    (7.0, 3, "Réponse reçue : une identité, traits concordants."),
    (9.5, 4, "Identité qualifiée. Matricule et OID enregistrés."),
)  # fmt: skip


def main() -> None:
    with av.open(str(FILM), "w", options={"movflags": "faststart"}) as film:
        stream = film.add_stream("libx264", rate=RATE, options={"crf": "30", "preset": "veryslow"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for image in frames():
            frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            film.mux(stream.encode(frame))
        film.mux(stream.encode())


def frames() -> Iterator[Image.Image]:
    for n in range(RATE * SECONDS):
        yield _frame(n / RATE)


def _frame(second: float) -> Image.Image:
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    current, said = next((at, words) for since, at, words in reversed(STEPS) if second >= since)
    _frame_of_window(draw, current)
    typed = int(second / TYPED * sum(len(value) for _label, value in FIELDS))
    for n, (label, value) in enumerate(FIELDS):
        top = 190 + 105 * n
        draw.text((310, top), label, MUTE, _font(400, 18))
        draw.rectangle((310, top + 28, 1180, top + 76), "white", LINE)
        draw.text((326, top + 40), value[: max(0, typed)], INK, _font(500, 22))
        typed -= len(value)
    if said:
        done = current == len(MENU) - 1
        draw.rectangle((310, 622, 1180, 674), "#e3f3ea" if done else "#e8f1f8")
        draw.text((330, 634), said, GOOD if done else BAR, _font(600, 22))
    return image


def _frame_of_window(draw: ImageDraw.ImageDraw, current: int) -> None:
    draw.rectangle((0, 0, 1280, 60), BAR)
    draw.text((26, 14), "Logiciel en démonstration", "white", _font(600, 26))
    draw.rectangle((0, 60, 250, 720), SIDE)
    for n, entry in enumerate(MENU):
        if n == current:
            draw.rectangle((12, 90 + 60 * n, 238, 136 + 60 * n), "white")
        draw.text((26, 101 + 60 * n), entry, INK, _font(600 if n == current else 400, 18))
    draw.text((310, 96), MENU[0], INK, _font(700, 32))
    draw.text((310, 144), "Traits d’identité saisis, comme sur la pièce présentée", MUTE, _font(400, 18))


@cache
def _font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"inter-{weight}.woff2"), size)


if __name__ == "__main__":
    main()
