"""The package on a Debian 12 that has nothing else: installed, opened, paired, redeeming, replaced and purged."""

import hashlib
import json
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from app.logs import KEPT_FILES
from hq.home import open_hq
from hq.tables import journal
from scanner.learning import TEST_CODE, TRIES
from tests.e2e.windows import OPEN_S, WindowProcess
from tests.packing.debian_root import USER, DebianRoot, require_debian
from tests.rig.processes import HqProcess, World, build_world, eventually, pairing_text
from tests.x_screen import XScreen, require_x
from ui.models.setup import TRY_PAUSE_MS

ROOT = Path(__file__).parents[2]
PROGRAM = "/usr/bin/tillside"
LIBRARY = "usr/lib/tillside"
FIRST_OPEN_S = 4 * OPEN_S  # nothing of it is in the memory of the disk yet
UNRESOLVED = """
find /usr/lib/tillside -type f \\( -name '*.so*' -o -name tillside \\) | while read -r file; do
    LD_LIBRARY_PATH=/usr/lib/tillside/_internal ldd "$file" 2>/dev/null | grep 'not found' | sed "s|^|$file: |"
done
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]  # the program is packed, and a Debian is fetched


@pytest.fixture(scope="module")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("packed")
    subprocess.run([sys.executable, "-m", "packing", "--out", out], cwd=ROOT, check=True)
    return next(out.glob("*.deb"))


@pytest.fixture(scope="module")
def debian(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> DebianRoot:
    """A Debian with the package and what it depends on, not what it recommends."""
    require_x()
    root = DebianRoot(tmp_path_factory.mktemp("debian") / "root", require_debian())
    (root.path / deb.name).write_bytes(deb.read_bytes())
    root.run("apt-get", "-qq", "update")
    root.run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", f"/{deb.name}")
    return root


@pytest.fixture
def screen() -> Iterator[XScreen]:
    with XScreen() as screen:
        yield screen


@pytest.fixture
def shop(debian: DebianRoot, tmp_path: Path) -> World:
    """Head office out here, the station's folders in there."""
    till = debian.shared(tmp_path / "till")
    return replace(build_world(tmp_path), store_dir=till / "store", state_dir=till / "state")


def a_window(
    debian: DebianRoot, shop: World, screen: XScreen, name: str, *, port: str = "off"
) -> WindowProcess:
    settings = {"TILLSIDE_KEY_STORE": "file", "TILLSIDE_TILL_API": port, "HOME": f"/home/{USER}"}
    log = shop.store_dir.parent / name
    return WindowProcess(shop, screen, log, program=debian.command(PROGRAM), settings=settings)


def redemptions_at_hq(shop: World) -> int:
    hq = open_hq(shop.hq_dir)
    try:
        with hq.database.reading() as connection:
            return len(connection.execute(select(journal).where(journal.c.type == "redeem")).all())
    finally:
        hq.close()


def test_every_library_is_there(debian: DebianRoot) -> None:
    """`Depends` names whatever the folder leaves to the system."""
    assert debian.run("sh", "-c", UNRESOLVED).stdout == ""
    assert (debian.path / LIBRARY / "_internal").is_dir()
    assert not list((debian.path / LIBRARY).rglob("libzbar*"))


def test_it_redeems_is_not_replaced_meanwhile_and_leaves_the_journal(
    debian: DebianRoot, deb: Path, shop: World, screen: XScreen
) -> None:
    with HqProcess(shop) as hq:
        window = a_window(debian, shop, screen, "events.jsonl")
        try:
            pair(window, screen, pairing_text(shop, hq))
            assert window.redeem(shop.member_code) == "approved"
            eventually(lambda: redemptions_at_hq(shop) == 1, within_s=OPEN_S)
            tells_of_itself(debian, shop, screen)
            for words in (("dpkg", "--install", f"/{deb.name}"), ("dpkg", "--remove", "tillside")):
                assert "Tillside is running" in debian.run(*words, status=1).stderr
            assert debian.run("dpkg-query", "-W", "-f=${db:Status-Status}", "tillside").stdout == "installed"
        finally:
            window.kill()
        debian.run("dpkg", "--install", f"/{deb.name}")
        port = a_free_port()
        window = a_window(debian, shop, screen, "events-2.jsonl", port=port)
        try:
            window.wait("idle_painted", within_s=FIRST_OPEN_S)
            eventually(lambda: answers_a_till(shop, port), within_s=OPEN_S)
            so_far = len(window.events())
            screen.press("F10")
            so_far = window.wait("manager_painted", after=so_far, within_s=OPEN_S)
            screen.press("Escape")
            window.wait("idle_painted", after=so_far)
            assert window.redeem(shop.member_code) == "approved"
            eventually(lambda: redemptions_at_hq(shop) == 2, within_s=OPEN_S)
        finally:
            window.kill()
    assert not (shop.state_dir / KEPT_FILES[0]).exists(), "nothing went wrong in the program"
    before = hashes(shop)
    debian.run("dpkg", "--purge", "tillside")
    assert not (debian.path / LIBRARY).exists() and not (debian.path / "usr/bin/tillside").is_symlink()
    assert hashes(shop) == before and any(name.endswith("journal.db") for name in before)


def a_free_port() -> str:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return str(tried.getsockname()[1])


def answers_a_till(shop: World, port: str) -> bool:
    token = next(shop.state_dir.rglob("till-api.token"), None)
    if token is None:
        return False
    let_in = {"Authorization": f"Bearer {token.read_text().strip()}"}
    try:
        return (
            requests.get(f"http://127.0.0.1:{port}/v1/health", headers=let_in, timeout=5).status_code == 200
        )
    except requests.ConnectionError:
        return False


def pair(window: WindowProcess, screen: XScreen, text: str) -> None:
    """Set the station up by its first pages, as somebody in the shop does."""
    so_far = window.wait("welcome_painted", within_s=FIRST_OPEN_S)
    screen.press("Enter")
    so_far = window.wait("pairing_painted", after=so_far)
    screen.scan(text)
    so_far = window.wait("naming_painted", after=so_far)
    screen.type_keys("Till 2")
    screen.press("Enter")
    so_far = window.wait("scanner_painted", after=so_far, within_s=OPEN_S)
    for _nth in range(TRIES):
        screen.scan(TEST_CODE, before_ms=2 * TRY_PAUSE_MS)
    so_far = window.wait("printer_painted", after=so_far)
    screen.press("Enter")
    window.wait("idle_painted", after=so_far, within_s=OPEN_S)


def tells_of_itself(debian: DebianRoot, shop: World, screen: XScreen) -> None:
    """The other commands work in the package, too: fonts, decoders and a bundle."""
    folders = ("--dir", str(shop.store_dir), "--state", str(shop.state_dir))
    settings = {"DISPLAY": screen.display, "HOME": f"/home/{USER}", "TILLSIDE_CAMERA": "off"}
    told = debian.run(PROGRAM, "doctor", "--json", *folders, user=USER, settings=settings)
    levels = {each["name"]: each["level"] for each in json.loads(told.stdout)["findings"]}
    assert {
        name: levels[name] for name in ("window", "fonts", "decoders", "database", "keys")
    } == dict.fromkeys(("window", "fonts", "decoders", "database", "keys"), "ok")
    bundle = shop.store_dir.parent / "bundle.zip"
    debian.run(PROGRAM, "report", "--yes", "--out", str(bundle), *folders, user=USER, settings=settings)
    with zipfile.ZipFile(bundle) as found:
        about = json.loads(found.read("about.json"))
        records = json.loads(found.read("records.json"))
    assert about["is_packed"] and about["tillside"] and about["libraries"]["pyside6-essentials"]
    assert [1, "redeem", 1] in records["journal"]["entries"] and records["is_running"]
    assert "source" in debian.run(PROGRAM, "hq", "init", user=USER, status=1, settings=settings).stderr


def hashes(shop: World) -> dict[str, str]:
    found = {}
    for path in sorted(shop.store_dir.parent.rglob("*")):
        with suppress(IsADirectoryError):
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
