"""Settings on the wire."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Answer, Body

Language = Literal["en", "ko", "id", "tr", "ru"]
Text = Annotated[str, StringConstraints(max_length=200, pattern=PATTERN)]
LOGO_MAX = 140_000  # 96 KiB as Base64, with room


class LanguagesAsked(Body):
    """The languages in which texts for members are wanted, the first the most."""

    languages: Annotated[list[Language], Field(min_length=1, max_length=5)]


class LanguagesAnswer(Answer):
    """The same as it stands; version 0 is what holds where nobody said anything."""

    languages: list[str]
    version: int


class BrandAsked(Body):
    """How stations and customer displays are to look; what is empty stays Tillside's. `logo` is a PNG as Base64."""

    name: Text = ""
    color: Text = ""
    portal: Text = ""
    is_white_label: bool = False
    logo: Annotated[str, StringConstraints(max_length=LOGO_MAX, pattern=r"^[A-Za-z0-9+/]*={0,2}$")] = ""


class WornAnswer(Answer):
    """A colour as a theme wears it: `fill` is the brand's colour made fit to be seen, `ink` what is written on it."""

    theme: str
    fill: str
    ink: str
    is_corrected: bool
    contrast: float = Field(description="Of the fill and the ground behind it; 3 at least.")
    ink_contrast: float = Field(description="Of what is written on it; 4.5 at least.")


class BrandAnswer(Answer):
    """A brand, and how each theme wears its colour."""

    name: str
    color: str
    portal: str
    is_white_label: bool
    logo: str
    worn: list[WornAnswer]


class BrandPublished(BrandAnswer):
    """A brand that was published, by its version."""

    version: int
