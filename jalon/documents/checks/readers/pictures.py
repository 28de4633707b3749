"""Pictures: how large, and do they decode to the last line?"""

from pathlib import Path

from PIL import Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

from jalon.documents.checks.readers.trouble import Read, Trouble

MOST_PIXELS = 120_000_000
PLUGINS = (PngImagePlugin, JpegImagePlugin, WebPImagePlugin)  # imported, they are known
FORMATS = ("PNG", "JPEG", "WEBP")
Image.preinit()  # once for all, not with each picture


def picture(path: Path, *, deep: bool) -> Read:
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours
    try:
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise Trouble("image_bomb", width=width, height=height)
            if not deep:
                return {}
            image.draft("L", (64, 64))  # a JPEG is decoded small; the others ignore it
            image.load()
            low, high = image.convert("L").resize((64, 64), Image.Resampling.BOX).getextrema()
    except UnidentifiedImageError:
        raise Trouble("readable", "damaged") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        case = "truncated" if "truncated" in str(error) else "readable"
        raise Trouble(case, "" if case == "truncated" else "damaged") from None
    return {"picture": {"width": width, "height": height, "blank": low == high}}
