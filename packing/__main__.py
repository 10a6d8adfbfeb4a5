"""`./tillside package [--out DIR]`: the folder, the package of it, and how large they are."""

import argparse
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packing.deb import Release, make_deb
from packing.folder import ROOT, PackingFailed, make_folder, modules_of, size_of
from packing.licences import write_licences

MB = 1_000_000


def main() -> None:
    """Pack the station."""
    asked = argparse.ArgumentParser(prog="./tillside package", description="Packs the station as a .deb.")
    asked.add_argument("--out", type=Path, default=ROOT / "dist", help="Folder for the package.")
    out = asked.parse_args().out.resolve()
    work = out / "work"  # beside it, so that nothing is copied from disk to disk
    try:
        print("Packing the program, which takes some minutes …", file=sys.stderr)
        folder = make_folder(work)
        write_licences(folder, modules_of(work), work / "licences")
        made = make_deb(folder, work / "licences", _release(), work=work, out=out)
    except PackingFailed as problem:
        raise SystemExit(f"The program was not packed: {problem}") from problem
    kept = out / "tillside"
    shutil.rmtree(kept, ignore_errors=True)
    folder.rename(kept)
    shutil.rmtree(work)
    print(
        f"{kept}: {size_of(kept) / MB:,.0f} MB, and {made}: {made.stat().st_size / MB:,.0f} MB",
        file=sys.stderr,
    )


def _release() -> Release:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    if not asked.stdout.strip().isdecimal():
        raise PackingFailed("packages are made from a git checkout: its newest commit dates them")
    return Release(project["version"], int(asked.stdout), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
