"""Whose work is in the folder, and under which licences: the copyright file, and every licence as its authors wrote it.

What is packed is read from the folder that PyInstaller leaves, and not from what is installed: the environment holds
developers' tools too.
"""

import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageMetadata, distributions
from pathlib import Path, PurePosixPath

from packing.folder import ROOT

LICENCE_NAMES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "COPYRIGHT")
CLASSIFIER = "License :: OSI Approved :: "
# These say it in no field of their metadata, or bring no text along.
KNOWN = {
    "pyside6-essentials": "LGPL-3.0-only (Qt and its bindings; /usr/share/common-licenses/LGPL-3, GPL-3)",
    "shiboken6": "LGPL-3.0-only (/usr/share/common-licenses/LGPL-3, GPL-3)",
}
HEADER = """\
Tillside is licensed under the Apache License, version 2.0: licenses/tillside/LICENSE beside this file, and
/usr/share/common-licenses/Apache-2.0.

It is packed with the works below, each under its own licence, whose texts are in the folder licenses beside this file.
Libraries under the LGPL (Qt, and FFmpeg within OpenCV) are files of their own in /usr/lib/tillside/_internal: put
another build of the same interface in the place of one, and Tillside uses that. The program that starts the folder is
PyInstaller's, under the GPL with an exception for what it starts.

"""


@dataclass(frozen=True, slots=True)
class Work:
    """Somebody's work: its name, version, licence in words, and the files that say it."""

    name: str
    version: str
    licence: str
    texts: list[Path] = field(default_factory=list)


def write_licences(folder: Path, modules: Iterable[str], to: Path) -> list[Work]:
    """Write `copyright` and `licenses/` of what is packed in `folder` with these pure `modules`; return the works."""
    works = [*packed(folder, set(modules)), _python()]
    shutil.rmtree(to, ignore_errors=True)
    for work in [*works, Work("tillside", "", "", [ROOT / "LICENSE"])]:
        place = to / "licenses" / work.name
        for text in work.texts:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, place / _free_name(place, text.name))
    table = "".join(f"{work.name} {work.version}: {work.licence}\n" for work in works)
    (to / "copyright").write_text(HEADER + table, encoding="utf-8")
    return works


def packed(folder: Path, modules: set[str]) -> list[Work]:
    """Return the works of which a module or a file is in the folder."""
    there = {
        path.relative_to(folder / "_internal").as_posix()
        for path in (folder / "_internal").rglob("*")
        if path.is_file()
    }
    return sorted(
        (_work(each) for each in distributions() if _is_packed(each, there, modules)),
        key=lambda work: work.name,
    )


def _is_packed(distribution: Distribution, there: set[str], modules: set[str]) -> bool:
    name = distribution.metadata["Name"].lower()
    if name in ("tillside", "pyinstaller"):
        return name == "pyinstaller"  # whose program starts the folder
    for file in distribution.files or ():
        path = PurePosixPath(file)
        if path.suffix in (".so", ".dat", ".dll") or ".so." in path.name:
            if path.as_posix() in there:
                return True
        elif path.suffix == ".py" and _module(path) in modules:
            return True
    return False


def _module(path: PurePosixPath) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _work(distribution: Distribution) -> Work:
    metadata = distribution.metadata
    name = metadata["Name"].lower().replace("_", "-")
    classifiers = [
        each.removeprefix(CLASSIFIER)
        for each in metadata.get_all("Classifier", [])
        if each.startswith(CLASSIFIER)
    ]
    field_of_old = _field(metadata, "License")
    said = _field(metadata, "License-Expression") or ", ".join(classifiers) or field_of_old.partition("\n")[0]
    texts = [
        Path(str(distribution.locate_file(file)))
        for file in distribution.files or ()
        if PurePosixPath(file).name.upper().startswith(LICENCE_NAMES) and ".dist-info" in str(file)
    ]
    licence = KNOWN.get(name, said) or "see its licence"
    return Work(name, metadata["Version"], licence, [text for text in texts if text.is_file()])


def _field(metadata: PackageMetadata, name: str) -> str:
    return str(metadata[name]).strip() if name in metadata else ""


def _python() -> Work:
    version = ".".join(map(str, sys.version_info[:3]))
    standard = (
        Path(sys.base_prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "LICENSE.txt"
    )
    return Work("python", version, "PSF-2.0", [standard] if standard.is_file() else [])


def _free_name(place: Path, name: str) -> str:
    """Return a name that is not taken yet: some works bring several LICENSE files from several folders."""
    if not (place / name).exists():
        return name
    return next(again for number in range(2, 1000) if not (place / (again := f"{name}.{number}")).exists())
