"""Plays sounds by what the system brings along. Without a player, or a device, there is silence and nothing else.

Qt's own module for sound is not in the package we take (docs/decisions/0043). A new sound cuts an old one off. All of
it happens on a thread of its own, which may wait for the system as long as it likes.
"""

import logging
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue

log = logging.getLogger(__name__)

# What Linux and macOS have, the best first: PipeWire, PulseAudio, ALSA; macOS's own.
PLAYERS: tuple[tuple[str, ...], ...] = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))
END_S = 1.0  # for a player that was told to stop

Play = Callable[[Path], Callable[[], None]]  # starts a file, and returns what ends it


class Player:
    """Plays one sound at a time, each by its name."""

    def __init__(self, make: Callable[[], Mapping[str, bytes]], *, play: Play | None = None) -> None:
        """`make` returns WAV files by name; it is called on the player's thread."""
        self._make = make
        self._play = play or system_player()
        self._wanted: SimpleQueue[str] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sounds", daemon=True)
        if self._play is not None:
            self._thread.start()
        else:
            log.info("this system has nothing to play sounds with")

    def play(self, name: str) -> None:
        """Begin a sound; returns at once."""
        self._wanted.put(name)

    def close(self) -> None:
        """End what is played, and the thread."""
        self._wanted.put("")
        if self._thread.is_alive():
            self._thread.join(2 * END_S)

    def _run(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="tillside-sounds-") as folder:
                self._serve(_written(self._make(), Path(folder)))
        except Exception as problem:  # outermost: of this thread; a station works without sounds
            log.info("there are no sounds: %s", type(problem).__name__)

    def _serve(self, files: Mapping[str, Path]) -> None:
        assert self._play is not None, "the thread runs only with a player"
        end: Callable[[], None] = _nothing
        while name := self._wanted.get():
            end()
            end = _nothing
            try:
                end = self._play(files[name])
            except (OSError, RuntimeError) as problem:
                log.info("a sound could not be played: %s", type(problem).__name__)
        end()


def system_player() -> Play | None:
    """Return what this system plays files with; None where it has nothing."""
    if sys.platform == "win32":
        return _by_windows
    found = next((player for player in PLAYERS if shutil.which(player[0])), None)
    return None if found is None else lambda file: by_program(found, file)


def by_program(player: tuple[str, ...], file: Path) -> Callable[[], None]:
    """Start a program that plays a file; return what ends it. Raises `OSError`."""
    silent = subprocess.DEVNULL
    process = subprocess.Popen([*player, str(file)], stdin=silent, stdout=silent, stderr=silent)

    def end() -> None:
        if process.poll() is None:
            process.kill()
        process.wait(END_S)

    return end


def _by_windows(file: Path) -> Callable[[], None]:
    import winsound

    winsound.PlaySound(  # type: ignore[attr-defined]  # on Windows only
        str(file),
        winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT,  # type: ignore[attr-defined]
    )
    return _nothing


def _written(sounds: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    files = {name: folder / f"{name}.wav" for name in sounds}
    for name, file in files.items():
        file.write_bytes(sounds[name])
    return files


def _nothing() -> None:
    pass
