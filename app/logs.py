"""What a process of ours writes when something goes wrong: where and what kind, and never what was in it.

Everything goes to standard error, one line a message. A station keeps it besides, in two small files of its state
folder, since nobody sees the standard error of a window that was opened from a menu: `tillside report` reads them.

HQ may be asked for lines of JSON instead, for programs that gather logs of many machines: then each names the request
that it belongs to.

A name, a number or a PIN can stand in the message of any exception (`invalid literal: 'Ada'`), so of exceptions that
aren't ours only their kind and their places are told. Ours say what they mean to say. A core dump would hold keys and
everything that was ever scanned, so there is none. A leaf: imports nothing of ours.
"""

import faulthandler
import json
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OURS = ("app.", "hq.", "scanner.", "sync.", "ui.")
HIDDEN = "(what it says is kept back)"
REQUESTS = "hq.operations.watch"  # tells of each request, where anybody wants to hear it
KEPT_FILES = ("tillside.log", "tillside.1.log")  # the newer, and the one before
KEPT_BYTES_MAX = 1 << 19

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up_logs(
    folder: Path | None = None, *, as_json: bool = False, request_id: Callable[[], str] = str
) -> None:
    """Let everything that this process logs, or dies of, be told so, and kept in `folder`. Once, before all else.

    With `as_json` lines are JSON, each request has one, and `request_id` says which is under way.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    kept = KeptLog(folder) if folder is not None else None
    handlers += [kept] if kept else []
    for handler in handlers:
        handler.setFormatter(JsonFormatter(request_id) if as_json else QuietFormatter(FORM))
    logging.basicConfig(level=logging.WARNING, handlers=handlers)
    if as_json:
        logging.getLogger(REQUESTS).setLevel(logging.INFO)

    def tell(kind: type[BaseException], problem: BaseException | None, _trace: object) -> None:
        text = _ending(kind, problem)
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text)
        if kept is not None and text:
            kept.keep(text)

    sys.excepthook = tell
    threading.excepthook = lambda died: tell(died.exc_type, died.exc_value, died.exc_traceback)
    with suppress(
        OSError, ValueError, AttributeError
    ):  # standard error is no file: a program without a console
        faulthandler.enable()  # places only, of a fault in a library that is not Python's
    _dump_no_core()


class KeptLog(logging.Handler):
    """Writes to a file that is opened for each message: there is none as a rule. A full one is turned over."""

    def __init__(self, folder: Path) -> None:
        """Write to the files of `folder`, which is made with the first message."""
        super().__init__()
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.keep(f"{self.format(record)}\n")

    def keep(self, text: str) -> None:
        """Keep a text; a disk that takes nothing is no reason to stop."""
        newer, older = (self._folder / name for name in KEPT_FILES)
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with newer.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
                is_full = file.tell() >= KEPT_BYTES_MAX
            if is_full:
                newer.replace(older)


class QuietFormatter(logging.Formatter):
    """Writes exceptions without what they say, and a message as one line, whatever came from outside into it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 the library's name
        """Return a message in which nothing begins a line or moves a cursor."""
        line = super().formatMessage(record)
        return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in line)

    def formatException(self, ei: ExcInfo | Any) -> str:  # noqa: N802 the library's name
        """Return kinds and places."""
        return "" if ei[1] is None else told(ei[1])


class JsonFormatter(QuietFormatter):
    """Writes a message as one line of JSON, with the same kept back."""

    def __init__(self, request_id: Callable[[], str]) -> None:
        """Name the request that `request_id` says is under way."""
        super().__init__("%(message)s")
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        """Return a line of JSON."""
        at = datetime.fromtimestamp(record.created, tz=UTC)
        said = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": self._request_id() or None,
            "took_ms": getattr(record, "took_ms", None),
            "problem": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return json.dumps({name: value for name, value in said.items() if value not in (None, "")})


def told(problem: BaseException) -> str:
    """Return an exception, and those that led to it, by kinds and places; what it says only if it is one of ours."""
    parts, seen = [], set[int]()
    link: BaseException | None = problem
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        places = [
            f'  File "{place.filename}", line {place.lineno}, in {place.name}'
            for place in traceback.extract_tb(link.__traceback__)
        ]
        parts.append("\n".join([*places, _named(link)]))
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\nwhich came of\n".join(parts)


def _named(problem: BaseException) -> str:
    kind = type(problem)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    return f"{name}: {problem if kind.__module__.startswith(OURS) else HIDDEN}"


def _ending(kind: type[BaseException], problem: BaseException | None) -> str:
    if problem is None or issubclass(kind, KeyboardInterrupt):
        return ""
    return f"Tillside ended by a bug.\n{told(problem)}\n"


def _dump_no_core() -> None:
    """Ask the system for no core dump; Windows makes none unless somebody asks for it."""
    try:
        import resource  # noqa: PLC0415 not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
