"""How each theme wears a brand's colour, with the contrasts that make it fit to be seen."""

from dataclasses import dataclass

from app.core.brand import GROUNDS, Brand
from app.core.colors import contrast


@dataclass(frozen=True)
class Worn:
    """A colour as a theme wears it; contrasts are ratios, 1 to 21 (WCAG 2.x)."""

    theme: str
    fill: str
    ink: str
    is_corrected: bool
    contrast: float
    ink_contrast: float


def worn_by_themes(brand: Brand) -> list[Worn]:
    """Return how light and dark wear the colour; nothing where the brand has none."""
    found = []
    for theme, grounds in GROUNDS.items():
        pair = brand.worn(theme)
        if pair is not None:
            fill, ink = pair
            least = min(contrast(fill, ground) for ground in grounds)
            worn = Worn(theme, fill, ink, fill != brand.color, round(least, 2), round(contrast(fill, ink), 2))
            found.append(worn)
    return found
