"""How a shop's stations and its customer displays look, as head office says it: name, logo, colour, portal.

The colour is the shop's own. Each theme wears it corrected, by the grounds below, so that nobody has to know both.
"""

import struct
from dataclasses import dataclass

from app.core.colors import COLOR, corrected, ink_on

NAME_MAX, PORTAL_MAX = 60, 200
LOGO_BYTES_MAX = 96 * 1024  # goes to each station with each change
LOGO_SIDE_MAX = 2_000  # pixels: a small file may unpack to a picture that fills the memory
LOGO_SIDE_MIN = 16
# Behind what wears the colour, by theme: `surface` and `bg` of ui/tokens.py.
GROUNDS = {"light": ("#FFFFFF", "#F6F7F9"), "dark": ("#181E26", "#0F1319")}
PNG, HEADER = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\rIHDR"  # the PNG specification, §5.2 and §11.2.1


class BrandInvalid(ValueError):
    """A brand that can't be worn. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class Brand:
    """What the shop looks like; what is empty stays Tillside's. `logo` is a PNG, `color` as `#RRGGBB`.

    `portal` is the address where members look after themselves. `is_white_label`: no name of ours is to be seen.
    """

    name: str = ""
    color: str = ""
    logo: bytes = b""
    portal: str = ""
    is_white_label: bool = False

    def worn(self, theme: str) -> tuple[str, str] | None:
        """Return the colour as a theme wears it, and what is written on it; None where the theme's own stays."""
        if not self.color:
            return None
        fill = corrected(self.color, GROUNDS[theme])
        return fill, ink_on(fill)


NO_BRAND = Brand()


def checked(brand: Brand) -> Brand:
    """Return a brand in the form that is kept. Raises `BrandInvalid`."""
    color = brand.color.strip().upper()
    if color and not COLOR.fullmatch(color):
        raise BrandInvalid("A colour is # and six digits of 0-9 and A-F, such as #7A1E48.")
    name = " ".join(brand.name.split())
    if len(name) > NAME_MAX or not name.isprintable():
        raise BrandInvalid(f"A name has at most {NAME_MAX} characters that can be printed.")
    if brand.is_white_label and not name:
        raise BrandInvalid("Where Tillside's name is not to be seen, the shop's own must be known.")
    _check_portal(brand.portal)
    _check_logo(brand.logo)
    return Brand(name, color, brand.logo, brand.portal, brand.is_white_label)


def _check_portal(portal: str) -> None:
    is_address = portal.startswith("https://") and portal.isascii() and portal.isprintable()
    if portal and (not is_address or " " in portal or not len("https://") < len(portal) <= PORTAL_MAX):
        raise BrandInvalid(
            f"The portal's address begins with https:// and has at most {PORTAL_MAX} characters."
        )


def _check_logo(logo: bytes) -> None:
    if not logo:
        return
    if not logo.startswith(PNG + HEADER) or len(logo) < len(PNG + HEADER) + 8:
        raise BrandInvalid("A logo is a PNG.")
    if len(logo) > LOGO_BYTES_MAX:
        raise BrandInvalid(
            f"A logo has at most {LOGO_BYTES_MAX // 1024} KiB; this one has {-(-len(logo) // 1024)}."
        )
    width, height = struct.unpack_from(">II", logo, len(PNG + HEADER))
    if not LOGO_SIDE_MIN <= min(width, height) <= max(width, height) <= LOGO_SIDE_MAX:
        raise BrandInvalid(
            f"A logo is {LOGO_SIDE_MIN} to {LOGO_SIDE_MAX} pixels wide and high; this one is {width}x{height}."
        )
