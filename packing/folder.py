"""Has PyInstaller make the folder, and looks at what it complained about."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "packing" / "tillside.spec"
MISSING = re.compile(r"^missing module named '?([\w.]+)'? - imported by (.*)$", re.MULTILINE)
OF_OURS = re.compile(r"\b(app|resources|scanner|sync|ui)(\.[\w.]+)?\b")
# Left out, Windows' own, or inside of a library.
NOT_NEEDED = ("hq", "app.demo", "ui.gallery", "pyarrow", "winsound", "msvcrt", "PySide6.support")


class PackingFailed(Exception):
    """What kept the program from being packed, for whoever packs it."""


def make_folder(work: Path) -> Path:
    """Pack the program below `work`; return the folder. Raises `PackingFailed`."""
    # Names in a set come in another order with each start, and with them the bytes of what is compiled.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    done = subprocess.run(
        [*command, "--distpath", work / "dist", "--workpath", work / "build", SPEC],
        cwd=ROOT, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise PackingFailed(f"PyInstaller ended with status {done.returncode}:\n{done.stderr[-4000:]}")
    complaints = work / "build" / "tillside" / "warn-tillside.txt"
    lacking = missing_of_ours(complaints.read_text(encoding="utf-8"))
    if lacking:
        raise PackingFailed(f"not packed, though our modules import it: {', '.join(lacking)}")
    return work / "dist" / "tillside"


def missing_of_ours(complaints: str) -> list[str]:
    """Return the modules that PyInstaller did not find, of those that a module of ours imports by name.

    A class that a library gives away only when it is asked for looks like one: modules have small letters.
    """
    return sorted(
        name
        for name, importers in MISSING.findall(complaints)
        if OF_OURS.search(importers)
        and not name.startswith(NOT_NEEDED)
        and not name.rpartition(".")[2][0].isupper()
    )


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder; a link counts nothing."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def modules_of(work: Path) -> list[str]:
    """Return the names of the Python modules that were packed, from PyInstaller's own list."""
    kept = ast.literal_eval((work / "build" / "tillside" / "PYZ-00.toc").read_text(encoding="utf-8"))
    return [name for name, _source, _kind in kept[1]]
