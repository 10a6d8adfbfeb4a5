"""The product's own HQ as a process, and where it listens."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench._process import ROOT, end

LISTENING = "Tillside HQ is listening on "
START_S = 60


@dataclass(frozen=True)
class Served:
    """An HQ that listens."""

    url: str
    process: "subprocess.Popen[str]"


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Run the product's HQ on a port that the system chooses."""
    command = [sys.executable, "-m", "app.cli", "hq", "serve", "--dir", str(folder), "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: said.put(process.stdout.readline()), daemon=True).start()
    try:
        line = said.get(timeout=START_S)
        if not line.startswith(LISTENING):
            raise RuntimeError(f"HQ did not start: {line}")
        yield Served(line.removeprefix(LISTENING).split()[0], process)
    finally:
        end(process)
        process.stdout.close()
