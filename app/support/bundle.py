"""Writes a support bundle: a zip of the parts, told before it is written, and never over anything."""

import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.clock import Clock
from app.support.parts import PARTS, Looked, made

README = "README.txt"
HEAD = """\
What a station of Tillside tells a supporter about itself. Nobody's name, number, code, card or PIN is in it, no amount,
no order and no key.

"""


@dataclass(frozen=True, slots=True)
class Content:
    """A file of the bundle."""

    name: str
    words: str
    content: bytes


def contents(looked: Looked) -> list[Content]:
    """Return everything that a bundle of this station holds."""
    found = [Content(part.name, part.words, made(part, looked)) for part in PARTS]
    told = HEAD + "".join(f"{each.name}: {each.words}\n" for each in found)
    return [Content(README, "this list", told.encode("utf-8")), *found]


def usual_name(clock: Clock) -> str:
    """Return the file's name where none was said."""
    return f"tillside-report-{datetime.fromtimestamp(clock.now_ms() / 1000, tz=UTC):%Y%m%d-%H%M}.zip"


def write(found: Sequence[Content], path: Path, *, clock: Clock) -> None:
    """Write the bundle for this user alone. Raises `FileExistsError` and other `OSError`."""
    moment = datetime.fromtimestamp(clock.now_ms() / 1000, tz=UTC).timetuple()[:6]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for each in found:
            bundle.writestr(zipfile.ZipInfo(each.name, moment), each.content, zipfile.ZIP_DEFLATED)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(packed.getvalue())
    except OSError:
        path.unlink(missing_ok=True)
        raise
