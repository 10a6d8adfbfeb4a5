"""How the shop's stations look: `tillside hq brand`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli_hq_devices import AsJson, HqDir, with_hq
from app.terminal import fail, say

if TYPE_CHECKING:
    from app.core.brand import Brand

NONE = "none"
Name = Annotated[str | None, typer.Option(help='The shop\'s name; "" takes it away.', show_default=False)]
Color = Annotated[
    str | None, typer.Option(help='Its colour, such as #7A1E48; "" for the usual one.', show_default=False)
]
Logo = Annotated[str | None, typer.Option(help='A PNG file; "" takes the logo away.', show_default=False)]
Portal = Annotated[
    str | None,
    typer.Option(
        help='https://…, where members look after themselves; shown as a QR code. "" for none.',
        show_default=False,
    ),
]
WhiteLabel = Annotated[
    bool | None,
    typer.Option("--white-label/--no-white-label", help="Show the shop's name only.", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", help="Publish without asking.")]


def hq_brand(
    name: Name = None,
    color: Color = None,
    logo: Logo = None,
    portal: Portal = None,
    white_label: WhiteLabel = None,
    yes: Yes = False,
    data_dir: HqDir = None,
    as_json: AsJson = False,
) -> None:
    """Show or change how stations and customer displays look. They follow with their next sync.

    A colour that could not be seen is corrected for each theme; what becomes of it is shown before anything is saved.
    """
    from app.core.brand import BrandInvalid
    from hq.brand.service import newest_brand, publish_brand, publishable

    told = {"name": name, "color": color, "portal": portal, "is_white_label": white_label}
    changes: dict[str, object] = {field: value for field, value in told.items() if value is not None}
    if logo is not None:
        changes["logo"] = _read(Path(logo)) if logo else b""
    now = with_hq(data_dir, newest_brand)
    if not changes:
        _show(now, as_json=as_json)
        return
    try:
        wanted = publishable(replace(now, **changes))
    except BrandInvalid as problem:
        fail(str(problem))
    _show(wanted, as_json=as_json)
    if not yes:
        typer.confirm("Publish this to all stations?", abort=True)
    version = with_hq(data_dir, lambda hq: publish_brand(hq, wanted))
    say(f"Published as brand {version}. Stations look so from their next sync on.")


def _show(brand: "Brand", *, as_json: bool) -> None:
    from app.core.brand import GROUNDS

    worn = {theme: brand.worn(theme) for theme in GROUNDS}
    if as_json:
        told = {"name": brand.name, "color": brand.color, "portal": brand.portal}
        print(
            json.dumps({**told, "white_label": brand.is_white_label, "logo": len(brand.logo), "worn": worn})
        )
        return
    print(f"name         {brand.name or NONE}")
    print(f"colour       {brand.color or 'the usual one'}")
    for theme, colors in worn.items():
        if colors is not None:
            fill, ink = colors
            note = "" if fill == brand.color else "  corrected, so that it can be seen"
            print(f"  {theme:<10} {fill}, with {ink} on it{note}")
    print(f"logo         {f'{len(brand.logo)} bytes' if brand.logo else NONE}")
    print(f"portal       {brand.portal or NONE}")
    print("white label  " + ("yes: only the shop's name is to be seen" if brand.is_white_label else "no"))


def _read(path: Path) -> bytes:
    from app.core.brand import LOGO_BYTES_MAX

    try:
        with path.open("rb") as file:
            return file.read(LOGO_BYTES_MAX + 1024)  # more is too much in any case
    except OSError as problem:
        fail(f"{path} can't be read: {problem.strerror}")
