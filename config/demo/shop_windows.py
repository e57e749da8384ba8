"""Photos of the demonstration's storefronts: drawn when it is seeded, of no place there is."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from portal.documents.screening import ScreenedFile
from storefronts.models import Photo
from storefronts.photos import screen_photo

_SIZE = (1200, 900)
_FONT = 54


@dataclass(frozen=True)
class _Look:
    wall: str
    awning: str
    sky: str


#: The outside of as many places as the stories have looks of.
_LOOKS = (
    _Look("#d9c7a7", "#b0417a", "#bcd9ee"),
    _Look("#a8b8a0", "#2f5f8f", "#d7e6f2"),
    _Look("#c98f6b", "#5b3b73", "#f0dcc2"),
    _Look("#e3e1da", "#1d6b5f", "#c6d3e0"),
)


@dataclass(frozen=True)
class ShopWindow:
    """The photos of one location, screened, each with its kind."""

    photos: tuple[tuple[ScreenedFile, str], ...]


def draw_shop_windows() -> list[ShopWindow]:
    """Draw and screen the photos: an outside of each look, and two insides they share."""
    inside = [_screened("inside.jpg", _inside(tint)) for tint in ("#efe6d8", "#dfe8ea")]
    return [
        ShopWindow(
            (
                (outside, Photo.Kind.EXTERIOR.value),
                (inside[number % 2], Photo.Kind.INTERIOR.value),
            )
        )
        for number, outside in enumerate(_outsides())
    ]


def _outsides() -> Iterator[ScreenedFile]:
    for look in _LOOKS:
        yield _screened("outside.jpg", _outside(look))


def _screened(name: str, picture: Image.Image) -> ScreenedFile:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return screen_photo(ContentFile(out.getvalue(), name=name))


def _outside(look: _Look) -> Image.Image:
    picture = Image.new("RGB", _SIZE, look.sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 760, 1200, 900), fill="#8d8d8a")
    draw.rectangle((120, 180, 1080, 780), fill=look.wall)
    draw.rectangle((180, 420, 720, 700), fill="#dcecf4", outline="#4a4a4a", width=8)
    draw.line((450, 420, 450, 700), fill="#4a4a4a", width=6)
    draw.rectangle((800, 400, 980, 780), fill="#6d4b35", outline="#3c2a1e", width=8)
    for stripe in range(8):
        left = 160 + stripe * 110
        fill = look.awning if stripe % 2 == 0 else "#f4f1ea"
        draw.polygon(((left, 330), (left + 110, 330), (left + 130, 400), (left - 20, 400)), fill)
    draw.rectangle((220, 210, 980, 310), fill="#ffffff", outline="#4a4a4a", width=6)
    font = ImageFont.load_default(_FONT)
    draw.text((600, 260), "Enroll here · Walk in", fill="#1b1b1b", anchor="mm", font=font)
    return picture


def _inside(tint: str) -> Image.Image:
    picture = Image.new("RGB", _SIZE, tint)
    draw = ImageDraw.Draw(picture)
    draw.polygon(((0, 640), (1200, 640), (1200, 900), (0, 900)), "#b79b7c")
    draw.rectangle((420, 520, 1040, 600), fill="#7a5a3c")
    for leg in (440, 1000):
        draw.rectangle((leg, 600, leg + 24, 790), fill="#5d442d")
    for chair in (500, 820):
        draw.rounded_rectangle((chair, 600, chair + 130, 800), 24, fill="#3c5a78")
    draw.rectangle((90, 160, 360, 520), fill="#dcecf4", outline="#6b6b6b", width=8)
    draw.rectangle((560, 200, 900, 380), fill="#ffffff", outline="#6b6b6b", width=6)
    font = ImageFont.load_default(_FONT)
    draw.text((730, 290), "Welcome", fill="#1b1b1b", anchor="mm", font=font)
    return picture
