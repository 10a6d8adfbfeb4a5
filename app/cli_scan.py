"""`tillside scan`: what is read of pictures, a line each, or of a camera, a line a code until Ctrl-C."""

import base64
import io
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.config import load_config
from app.terminal import fail, plain, say

if TYPE_CHECKING:
    from scanner.decode import Symbol

WITHOUT_ZBAR = (
    "libzbar is missing (Debian: libzbar0): everything is read without it but some blurred bar codes."
)


def scan(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...", help="Pictures: PNG, JPEG, WebP, BMP. With --camera: its number or a video."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each picture.")] = False,
    camera: Annotated[
        bool, typer.Option("--camera", help="Watch a camera, a line of JSON for each code, until Ctrl-C.")
    ] = False,
) -> None:
    """Read the codes in pictures, or in what a camera sees."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # JSON is UTF-8 whatever the terminal speaks; a file's name may be no text, and is escaped as JSON does.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if camera and len(paths or ()) <= 1:
        _watch(paths[0] if paths else None)
    elif camera or not paths:
        fail("Name pictures to read, or --camera and at most one camera.")
    else:
        _read_all([Path(path) for path in paths], as_json=as_json)


def _watch(named: str | None) -> None:
    from app.cli_scan_camera import watch

    watch(load_config(camera=named))


def _read_all(paths: list[Path], *, as_json: bool) -> None:
    from scanner.decode import has_zbar

    if not has_zbar():
        say(WITHOUT_ZBAR)
    is_each_usable = True
    for path in paths:
        found = _read(path)
        is_each_usable &= "error" not in found
        print(json.dumps(found, ensure_ascii=False) if as_json else _sentence(found), flush=True)
    raise SystemExit(0 if is_each_usable else 1)


def _read(path: Path) -> dict[str, Any]:
    from scanner.picture import PictureUnreadable, read_file

    began = time.perf_counter()
    found: dict[str, Any] = {"path": str(path)}
    try:
        found["symbols"] = [_plain(symbol) for symbol in read_file(path)]
    except PictureUnreadable as fault:
        found["symbols"] = []
        found["error"] = str(fault)
    return found | {"ms": round((time.perf_counter() - began) * 1e3, 1)}


def _plain(symbol: "Symbol") -> dict[str, Any]:
    """The payload as text, but for a QR code whose bytes are none: there the text would be a guess."""
    is_text = symbol.format != "qr" or symbol.text.encode() == symbol.raw
    payload = {"text": symbol.text} if is_text else {"base64": base64.b64encode(symbol.raw).decode()}
    corners = [list(corner) for corner in symbol.corners]
    return {"format": symbol.format.value, **payload, "aim": symbol.aim, "corners": corners}


def _sentence(found: dict[str, Any]) -> str:
    if "error" in found:
        return plain(f"{found['path']}: {found['error']}")
    codes = [
        f"{symbol['format']} {json.dumps(symbol.get('text', symbol.get('base64')), ensure_ascii=False)}"
        for symbol in found["symbols"]
    ]
    return plain(f"{found['path']}: {', '.join(codes) or 'no code'}")
