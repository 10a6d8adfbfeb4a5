"""Lays the folder out as Debian wants it and has dpkg-deb make a package of it.

    /usr/lib/tillside/                     the folder
    /usr/bin/tillside                      a link to its program
    /usr/share/applications/tillside.desktop, …/icons/…/tillside.svg
    /usr/lib/systemd/user/tillside.service, /usr/share/tillside/autostart.desktop   for who chooses to have it started
    /usr/share/doc/tillside/               copyright, the licences of all that is packed, changelog

Nothing is made when it is installed, so nothing is left when it goes. The same folder gives the same bytes: all dates
are that of the newest commit, and everything belongs to root.
"""

import gzip
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from packing.control import control
from packing.folder import PackingFailed, size_of

HERE = Path(__file__).resolve().parent / "debian"
LIBRARY = Path("usr/lib/tillside")
PLACES = {
    "tillside.desktop": "usr/share/applications/tillside.desktop",
    "autostart.desktop": "usr/share/tillside/autostart.desktop",
    "tillside.service": "usr/lib/systemd/user/tillside.service",
    "tillside.svg": "usr/share/icons/hicolor/scalable/apps/tillside.svg",
}
DOC = Path("usr/share/doc/tillside")
SCRIPTS = ("prerm",)
FILE_MODE, PROGRAM_MODE = 0o644, 0o755
KIB = 1024


@dataclass(frozen=True, slots=True)
class Release:
    """What is packed: version, the commit's second, and the log of changes."""

    version: str
    epoch_s: int
    changelog: str


def make_deb(folder: Path, licences: Path, release: Release, *, work: Path, out: Path) -> Path:
    """Make a package of the packed `folder` in `out`; return its file. Raises `PackingFailed`."""
    tree = work / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    lay_out(tree, folder, licences, release)
    architecture = _asked("dpkg", "--print-architecture")
    facts: dict[str, str | int] = {
        "version": release.version,
        "architecture": architecture,
        "kib": size_of(tree) // KIB,
        "c_library": platform.libc_ver()[1],
    }
    (tree / "DEBIAN").mkdir()
    _put(tree / "DEBIAN" / "control", control(facts).encode())
    for name in SCRIPTS:
        _put(tree / "DEBIAN" / name, (HERE / name).read_bytes(), PROGRAM_MODE)
    out.mkdir(parents=True, exist_ok=True)
    made = out / f"tillside_{release.version}_{architecture}.deb"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(release.epoch_s)}
    _asked(
        "dpkg-deb",
        "--root-owner-group",
        "-Zzstd",
        "-z9",
        "--build",
        str(tree),
        str(made),
        environment=environment,
    )
    return made


def lay_out(tree: Path, folder: Path, licences: Path, release: Release) -> None:
    """Put everything at its place below `tree`."""
    shutil.copytree(folder, tree / LIBRARY, symlinks=True)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/tillside").symlink_to("../lib/tillside/tillside")
    for name, place in PLACES.items():
        _put(tree / place, (HERE / name).read_bytes())
    shutil.copytree(licences, tree / DOC)
    _put(tree / DOC / "changelog.gz", gzip.compress(release.changelog.encode(), mtime=0))
    for path in tree.rglob(
        "*"
    ):  # what a library brought along, or the umask of whoever packs, is not taken over
        if not path.is_symlink():
            is_program = path.is_dir() or path == tree / LIBRARY / "tillside"
            path.chmod(PROGRAM_MODE if is_program else FILE_MODE)
            os.utime(path, (release.epoch_s, release.epoch_s))


def _put(path: Path, content: bytes, mode: int = FILE_MODE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def _asked(*command: str, environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    except FileNotFoundError as problem:
        raise PackingFailed(f"{command[0]} is missing: packages are made on Debian or Ubuntu") from problem
    if done.returncode != 0:
        raise PackingFailed(f"{command[0]} ended with status {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout.strip()
