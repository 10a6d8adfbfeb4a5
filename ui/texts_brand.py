"""What this program is called: by its own name, or by the shop's."""

from app.core.brand import Brand

OURS = "Tillside"


def program_name(brand: Brand) -> str:
    """Return what this program is called: by the shop's name where ours is not to be seen."""
    return brand.name if brand.is_white_label else OURS


def window_title(brand: Brand) -> str:
    """Return what stands over the window."""
    names = dict.fromkeys((brand.name, program_name(brand)))
    return " · ".join(name for name in names if name)
