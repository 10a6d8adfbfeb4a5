"""What goes into the package and what Debian is told of it, as far as that is known without packing anything."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.doctor import machine
from packing import start
from packing.control import control, depends
from packing.deb import HERE, LIBRARY, Release, make_deb
from packing.folder import missing_of_ours
from packing.leaving_out import EXCLUDED, OURS, is_left_out, is_wanted
from packing.licences import write_licences
from resources import LANGUAGES

ROOT = Path(__file__).parents[2]
SITE = "/venv/lib/python3.11/site-packages"
PLUGINS = "PySide6/Qt/plugins"
RELEASE = Release("0.1.0", 1_700_000_000, "# Changelog\n")
RIGHTS = ("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x", "lrwxrwxrwx")


@pytest.mark.parametrize(
    ("target", "source", "is_in"),
    [
        ("libpython3.11.so.1.0", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", True),
        ("lib-dynload/_ssl.so", "/usr/lib/python3.11/lib-dynload/_ssl.so", True),
        ("libssl.so.3", "/lib/x86_64-linux-gnu/libssl.so.3", False),
        ("libxcb-cursor.so.0", "/usr/lib/x86_64-linux-gnu/libxcb-cursor.so.0", False),
        ("PySide6/Qt/lib/libQt6Core.so.6", f"{SITE}/x", True),
        ("PySide6/Qt/lib/libQt6Qml.so.6", f"{SITE}/x", False),
        (f"{PLUGINS}/platforms/libqxcb.so", f"{SITE}/x", True),
        (f"{PLUGINS}/platforms/libqoffscreen.so", f"{SITE}/x", True),
        (f"{PLUGINS}/platforms/libqwayland.so", f"{SITE}/x", True),
        (f"{PLUGINS}/platforms/libqvnc.so", f"{SITE}/x", False),
        (f"{PLUGINS}/platforminputcontexts/libibusplatforminputcontextplugin.so", f"{SITE}/x", True),
        ("babel/locale-data/tr.dat", f"{SITE}/x", True),
        ("babel/locale-data/fr_CA.dat", f"{SITE}/x", False),
        ("tillside-0.1.0.dist-info/METADATA", f"{SITE}/x", True),
        ("tillside-0.1.0.dist-info/direct_url.json", f"{SITE}/x", False),
        ("resources/migrations/journal/0001.sql", "/src/resources/migrations/journal/0001.sql", True),
    ],
)
def test_what_goes_into_the_folder(target: str, source: str, is_in: bool) -> None:
    assert is_wanted(target, source, "BINARY") is is_in


def test_a_module_that_ours_ask_for_must_be_there() -> None:
    complaints = (
        "missing module named winreg - imported by platform (delayed)\n"
        "missing module named hq.setup - imported by app.cli_hq (delayed)\n"
        "missing module named pydantic.BaseModel - imported by app.till_api.wire (top-level)\n"
        "missing module named cbor3 - imported by app.core.codes (top-level), x (optional)\n"
    )
    assert missing_of_ours(complaints) == ["cbor3"]


def test_every_module_of_ours_is_packed_or_left_out_on_purpose() -> None:
    """Pages of managers are imported by names in a table, which PyInstaller can't see."""
    assert (
        not is_left_out("ui.manager.plot")
        and is_left_out("app.demo.run")
        and not is_left_out("app.demonstrated")
    )
    left = {name for name in EXCLUDED if name.split(".")[0] in OURS}
    assert left == {"app.demo", "ui.gallery"}
    packages = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert packages - {"tests", "bench", "hq", "packing"} == set(OURS)


def test_debian_brings_what_the_script_asks_for() -> None:
    """./tillside names what a window needs; the package must not ask for less."""
    script = (ROOT / "tillside").read_text(encoding="utf-8")
    named = " ".join(re.findall(r"^(?:window|scanner)_packages='([^']*)'", script, re.MULTILINE)).split()
    told = set(re.split(r" \| |, ", depends("2.36")))
    assert len(named) > 10 and set(named) <= told
    assert depends("2.36").startswith("libc6 (>= 2.36), ")


def test_the_control_file() -> None:
    text = control({"version": "0.1.0", "architecture": "amd64", "kib": 123, "c_library": "2.36"})
    fields = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith(" "))
    assert (fields["Package"], fields["Version"], fields["Installed-Size"]) == ("tillside", "0.1.0", "123")
    with pytest.raises(AssertionError):
        control({"version": "0.1.0; rm", "architecture": "amd64", "kib": 1, "c_library": "2.36"})


@pytest.mark.parametrize("name", ["tillside.desktop", "autostart.desktop"])
def test_entries_of_the_desktop_are_valid(name: str) -> None:
    read = configparser.RawConfigParser(delimiters="=")
    read.optionxform = str
    read.read(HERE / name, encoding="utf-8")
    entry = read["Desktop Entry"]
    assert entry["Type"] == "Application" and entry["Icon"] == "tillside" and entry["Name"] == "Tillside"
    if name == "tillside.desktop":
        assert {f"Comment[{each}]" for each in LANGUAGES if each != "en"} <= set(entry)
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", HERE / name], check=True)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = (HERE / "tillside.service").read_text(encoding="utf-8")
    assert "ExecStart=/usr/bin/tillside station\n" in unit
    (tmp_path / "tillside.service").write_text(unit.replace("/usr/bin/tillside", "/bin/true"))
    asked = ["systemd-analyze", "verify", "--user", "--man=no", tmp_path / "tillside.service"]
    said = subprocess.run(
        asked,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert (
        said.stderr == ""
        and "systemctl --user start tillside.service" in (HERE / "autostart.desktop").read_text()
    )


def test_removing_keeps_what_was_recorded_and_says_where() -> None:
    """There is no script that runs after a removal or a purge, and the one before deletes nothing."""
    assert [path.name for path in HERE.iterdir() if path.suffix == ""] == ["prerm"]
    said = subprocess.run(["sh", HERE / "prerm", "remove"], check=True, capture_output=True, text=True).stdout
    assert ".local/share/tillside" in said and ".local/state/tillside" in said
    assert not re.search(r"\b(rm|find|unlink|truncate)\b", (HERE / "prerm").read_text(encoding="utf-8"))


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_the_same_folder_makes_the_same_package(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "_internal").mkdir(parents=True)
    (folder / "tillside").write_text("#!/bin/sh\n")
    library = folder / "_internal" / "libx.so.1"
    library.write_text("a library")
    (folder / "_internal" / "libx.so").symlink_to("libx.so.1")
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "copyright").write_text("ours\n")
    made = []
    for mode in (0o600, 0o775):
        library.touch()
        library.chmod(mode)
        work = tmp_path / str(mode)
        made.append(make_deb(folder, tmp_path / "licences", RELEASE, work=work, out=work))
    assert made[0].read_bytes() == made[1].read_bytes()
    listed = subprocess.run(
        ["dpkg-deb", "--contents", made[0]], check=True, capture_output=True, text=True
    ).stdout
    assert f"./{LIBRARY}/_internal/libx.so -> libx.so.1" in listed
    assert "./usr/bin/tillside -> ../lib/tillside/tillside" in listed
    for line in listed.splitlines():
        rights, owner, _size, _day, _time, path = line.split()[:6]
        assert owner == "root/root" and rights in RIGHTS and (path == "./" or path.startswith("./usr/")), line


def test_every_work_that_is_packed_brings_its_licence(tmp_path: Path) -> None:
    (tmp_path / "folder" / "_internal").mkdir(parents=True)
    works = write_licences(tmp_path / "folder", ["msgspec", "qrcode.main"], tmp_path / "licences")
    assert [work.name for work in works] == ["msgspec", "pyinstaller", "qrcode", "python"]
    text = (tmp_path / "licences" / "copyright").read_text()
    assert "msgspec" in text and "hypothesis" not in text and "LGPL" in text
    texts = tmp_path / "licences" / "licenses"
    assert all(any((texts / name).iterdir()) for name in ("msgspec", "python", "tillside"))


def test_the_probe_of_the_doctor_is_started_as_the_packed_program_knows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> None:
        asked.append(command)
        raise OSError

    monkeypatch.setattr(machine.subprocess, "run", run)
    machine.look_for_window({})
    assert asked and all(command == [sys.executable, *start.PROBE] for command in asked)


def test_what_is_left_out_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tillside", "hq", "serve"])
    with pytest.raises(SystemExit):
        start.main()
    assert start.ONLY_STATION in capsys.readouterr().err
