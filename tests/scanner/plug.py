"""A pseudo terminal as a serial port that can be plugged in and pulled out."""

import os
from pathlib import Path


class Plug:
    """A scanner's cable: plugged in there is a port by that name, and what is sent comes out of it."""

    def __init__(self, folder: Path) -> None:
        self.name = folder / "ttyACM0"
        self._ends: tuple[int, int] | None = None

    def put_in(self) -> None:
        self._ends = os.openpty()
        self.name.unlink(missing_ok=True)
        self.name.symlink_to(os.ttyname(self._ends[1]))

    def send(self, data: bytes) -> None:
        assert self._ends is not None
        while data:
            data = data[os.write(self._ends[0], data) :]

    def pull_out(self) -> None:
        if self._ends is not None:
            self.name.unlink()
            for end in self._ends:
                os.close(end)
            self._ends = None
