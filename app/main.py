"""The program's door: the window by the shortest way, every other command by `app.cli`.

What parses commands takes a good part of the time in which a bare window appears, and a till is started by
`tillside station` with a few settings at most, read here. Anything else, every mistake too, goes to `app.cli`.
"""

import contextlib
import sys
from collections.abc import Sequence
from typing import Any

M_ARENA_MAX, ARENAS = -8, 2  # mallopt(3)
SETTINGS = {
    "--dir": "store_dir",
    "--state": "state_dir",
    "--register": "register",
    "--camera": "camera",
    "--scanner-port": "scanner_port",
    "--till-api": "till_api",
}


def main() -> None:
    """Run the command line."""
    settings = window_settings(sys.argv[1:])
    if settings is None or not _run_window(settings):
        from app.cli import main as run_command

        run_command()


def window_settings(words: Sequence[str]) -> dict[str, str] | None:
    """Return the settings of `station` with nothing but `--name value` behind it, or None for any other command."""
    if not words or words[0] != "station" or len(words) % 2 == 0:
        return None
    pairs = list(zip(words[1::2], words[2::2], strict=True))
    if any(name not in SETTINGS or not value or value.startswith("-") for name, value in pairs):
        return None
    return {SETTINGS[name]: value for name, value in pairs}


def _run_window(settings: dict[str, str]) -> bool:
    """Open the window and end with it; False when the configuration is wrong, which `app.cli` says in words."""
    from pathlib import Path

    from app.config import ConfigInvalid, load_config

    found: dict[str, Any] = {name: Path(value) for name, value in settings.items() if name.endswith("_dir")}
    try:
        config = load_config(**(settings | found))
    except ConfigInvalid:
        return False
    from app.clock import SystemClock
    from app.logs import set_up_logs
    from app.window import run_window

    set_up_logs(config.state_dir)
    _share_memory_between_threads()

    raise SystemExit(run_window(config, clock=SystemClock()))


def _share_memory_between_threads() -> None:
    """Let the C library keep two pools of free memory instead of eight a core: a station's threads take turns."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):  # another C library, without the switch
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


if __name__ == "__main__":
    main()
