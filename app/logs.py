"""What a process of ours writes when something goes wrong: where and what kind, and never what was in it.

Everything goes to standard error, one line a message; who starts the process keeps it and turns it over. A name, a
number or a PIN can stand in the message of any exception (`invalid literal: 'Ada'`), so of exceptions that aren't ours
only their kind and their places are told. Ours say what they mean to say. A core dump would hold keys and everything
that was ever scanned, so there is none. A leaf: imports nothing of ours.
"""

import faulthandler
import logging
import sys
import threading
import traceback
from contextlib import suppress
from types import TracebackType
from typing import Any

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OURS = ("app.", "hq.", "scanner.", "sync.", "ui.")
HIDDEN = "(what it says is kept back)"

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up_logs() -> None:
    """Let everything that this process logs, or dies of, be told so. Once, before anything else is done."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(QuietFormatter(FORM))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    sys.excepthook = _tell
    threading.excepthook = lambda died: _tell(died.exc_type, died.exc_value, died.exc_traceback)
    with suppress(
        OSError, ValueError, AttributeError
    ):  # standard error is no file: a program without a console
        faulthandler.enable()  # places only, of a fault in a library that is not Python's
    _dump_no_core()


class QuietFormatter(logging.Formatter):
    """Writes exceptions without what they say, and a message as one line, whatever came from outside into it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 the library's name
        """Return a message in which nothing begins a line or moves a cursor."""
        line = super().formatMessage(record)
        return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in line)

    def formatException(self, ei: ExcInfo | Any) -> str:  # noqa: N802 the library's name
        """Return kinds and places."""
        return "" if ei[1] is None else told(ei[1])


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


def _tell(kind: type[BaseException], problem: BaseException | None, _trace: object) -> None:
    if problem is None or issubclass(kind, KeyboardInterrupt):
        return
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"Tillside ended by a bug.\n{told(problem)}\n")


def _dump_no_core() -> None:
    """Ask the system for no core dump; Windows makes none unless somebody asks for it."""
    try:
        import resource  # noqa: PLC0415 not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
