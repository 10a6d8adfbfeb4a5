"""What a support bundle is made of: a fixed list, each part made for itself, so that what is broken spoils no other."""

import io
import json
import os
import platform
import re
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from getpass import getuser
from importlib.metadata import Distribution, PackageNotFoundError, distributions, version
from pathlib import Path
from typing import Any

from app.clock import Clock
from app.config import Config
from app.doctor.records import Connect, connect_by_http, station_of
from app.doctor.report import run_doctor
from app.logs import KEPT_FILES
from app.store.device import former_stores, key_store_of, read_card
from app.store.faults import StoreFault
from app.store.figures import journal_figures, replica_figures
from app.store.health import is_in_use
from app.store.keystore import load_keys
from app.support.hiding import hidden, hidden_line
from app.support.settings import told_settings, worded
from app.ux.events import read_events
from app.ux.tasks import figures

LINES_MAX = 400  # of the log, the last ones
LOG_BYTES_MAX = 200_000
# What lies in a station's folders by names of ours; anything else is counted and not named.
OURS = re.compile(
    r"(journal|review|replica-\d{1,6})\.db(-wal|-shm)?|store\.json|lock|set-up\.json|ux(\.1)?\.log|tillside(\.1)?\.log|till-api\.token"
)
OF_KEYS = re.compile(r"[0-9A-Z]{13}\.(?P<part>keys|pepper|mark|verified)")


@dataclass(frozen=True, slots=True)
class Looked:
    """What the parts look at: this station, by a clock, and words that are hidden wherever they stand."""

    config: Config
    clock: Clock
    connect: Connect = connect_by_http


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the bundle: its name, what it holds in words, and who makes it."""

    name: str
    words: str
    make: Callable[[Looked], Any]


def known_words(looked: Looked) -> dict[str, str]:
    """Return what is known to name this shop, its computer and its user, wherever it stands."""
    known = worded(looked.config) | {str(Path.home()): "home"}
    with suppress(OSError, KeyError, ImportError):  # a user without a name
        known[getuser()] = "user"
    known[socket.gethostname()] = "computer"
    station = station_of(looked.config)
    if station is not None:
        known |= {station.hq_url: "head office", station.store_name: "shop"}
    return known


def about(looked: Looked) -> dict[str, Any]:
    """Versions, and the kind of computer."""
    station = station_of(looked.config)
    return {
        "made_ms": looked.clock.now_ms(),
        "tillside": _version("tillside"),
        "is_packed": bool(getattr(sys, "frozen", False)),
        "device": station and {"id": station.device_id, "epoch": station.epoch, "store": station.store_id},
        "python": platform.python_version(),
        "system": [platform.system(), platform.release(), platform.machine()],
        "distribution": _distribution(),
        "processors": os.cpu_count(),
        "session": [os.environ.get("XDG_SESSION_TYPE", ""), os.environ.get("XDG_CURRENT_DESKTOP", "")],
        "libraries": dict(sorted((_name(each), each.version) for each in distributions())),
    }


def settings(looked: Looked) -> dict[str, Any]:
    """Return the settings."""
    return told_settings(looked.config)


def doctor(looked: Looked) -> list[dict[str, str]]:
    """Return the doctor's findings."""
    out = io.StringIO()
    run_doctor(looked.config, clock=looked.clock, out=out, as_json=True, connect=looked.connect)
    known = known_words(looked)
    found: list[dict[str, str]] = json.loads(out.getvalue())["findings"]
    return [{name: hidden(text, known) for name, text in finding.items()} for finding in found]


def files(looked: Looked) -> dict[str, Any]:
    """Return the sizes and rights of this station's files, and how full their disk is."""
    config, former = looked.config, list[Path]()
    with suppress(OSError):
        former = former_stores(config.store_dir)
    return {
        "store": _sizes(config.store_dir),
        "state": _sizes(config.state_dir),
        "keys": _sizes(config.state_dir / "keys"),
        "set_aside": [_sizes(folder) for folder in former],
    }


def records(looked: Looked) -> dict[str, Any]:
    """Return what the records come to in figures."""
    folder = looked.config.store_dir
    try:
        card = read_card(folder)
        keys = load_keys(key_store_of(card.key_store, looked.config.state_dir), card.name)
    except StoreFault as fault:
        return {"fault": fault.code}
    journal = journal_figures(folder, keys.database)
    number = journal["facts"].get("replica")
    replica = replica_figures(folder, keys.database, number) if isinstance(number, int) else None
    return {"is_running": is_in_use(folder), "journal": journal, "replica": replica}


def log(looked: Looked) -> str:
    """Return the last lines that were logged, of the forms that ours have."""
    text = ""
    for name in reversed(KEPT_FILES):
        with suppress(OSError):
            text += (looked.config.state_dir / name).read_text(encoding="utf-8", errors="replace")[
                -LOG_BYTES_MAX:
            ]
    known = known_words(looked)
    return "".join(f"{hidden_line(line, known)}\n" for line in text.splitlines()[-LINES_MAX:])


def use(looked: Looked) -> dict[str, Any]:
    """Return how long the tasks of the window took."""
    return {
        each.task.name: [each.tries, each.median_ms, each.median_actions]
        for each in figures(read_events(looked.config.state_dir))
    }


PARTS = (
    Part(
        "about.json",
        "versions of Tillside and its libraries, the kind of computer, this station's device id",
        about,
    ),
    Part(
        "settings.json",
        "settings: choices and numbers; of what somebody worded only whether it is set",
        settings,
    ),
    Part("doctor.json", "what `tillside doctor` finds", doctor),
    Part("files.json", "sizes and rights of this station's files", files),
    Part(
        "records.json",
        "how many entries of which kind, what waits, the last verdicts, how old HQ's facts are",
        records,
    ),
    Part("log.txt", "the last lines of the log, which says places and kinds of faults", log),
    Part("use.json", "how long the window's tasks take", use),
)


def made(part: Part, looked: Looked) -> bytes:
    """Return a part's content; where it could not be made, why."""
    try:
        found = part.make(looked)
    except Exception as problem:  # outermost: of a part, so that the others are told all the same
        found = {"not_made": type(problem).__name__}
    text = found if isinstance(found, str) else json.dumps(found, indent=1, ensure_ascii=True) + "\n"
    return text.encode("utf-8")


def _name(library: Distribution) -> str:
    """Return a library's name as locks spell it; its own metadata may have capitals and low lines."""
    return re.sub(r"[-_.]+", "-", library.metadata["Name"]).lower()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def _sizes(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    others = others_bytes = 0
    try:
        paths = sorted(folder.iterdir())
    except OSError as problem:
        return {"fault": type(problem).__name__}
    for path in paths:
        with suppress(OSError):
            status = path.lstat()
            key_part = OF_KEYS.fullmatch(path.name)
            if OURS.fullmatch(path.name) or key_part:
                name = f"*.{key_part['part']}" if key_part else path.name
                found.setdefault(name, []).append([status.st_size, oct(status.st_mode & 0o777)])
            elif not path.is_dir():
                others, others_bytes = others + 1, others_bytes + status.st_size
    return found | {"others": [others, others_bytes]}
