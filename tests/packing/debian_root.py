"""A Debian 12 of its own in a folder, made by debootstrap from the mirror that this computer's apt is set up for.

Whatever runs in it has mounts of its own (proc, devices), which end with it: nothing has to be unmounted. It shares the
network with this computer, and so HQ's port and the screen.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

RELEASE = "bookworm"
NEEDED = ("debootstrap", "unshare", "chroot", "dpkg-deb", "apt-get")
INSIDE = """
mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && root=$1 user=$2 && shift 2 &&
    exec chroot --userspec="$user" "$root" "$@"
"""
APT = Path("/etc/apt")
MADE_BY_S = 900
USER = "till"
SETTINGS = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/",
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C.UTF-8",
}


def require_debian() -> str:
    """Return the mirror; skip where no Debian can be made."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(missing) or 'nothing else'}")
    asked = [
        "apt-get",
        "indextargets",
        "--format",
        "$(REPO_URI)",
        "Created-By: Packages",
        f"Codename: {RELEASE}",
    ]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    if not found:
        pytest.skip(f"this computer's apt knows no {RELEASE}")
    return found[0]


class DebianRoot:
    """The folder, and what runs in it."""

    def __init__(self, path: Path, mirror: str) -> None:
        self.path = path
        made = ["debootstrap", "--variant=minbase", RELEASE, str(path), mirror]
        subprocess.run(made, check=True, capture_output=True, timeout=MADE_BY_S)
        for name in ("sources.list", "sources.list.d", "apt.conf.d", "keyrings", "trusted.gpg.d"):
            if (APT / name).is_dir():
                shutil.copytree(APT / name, path / "etc/apt" / name, dirs_exist_ok=True)
            elif (APT / name).is_file():
                shutil.copyfile(APT / name, path / "etc/apt" / name)
        shutil.copyfile("/etc/resolv.conf", path / "etc/resolv.conf")
        self.run("useradd", "--create-home", USER)

    def command(self, *words: str, user: str = USER) -> list[str]:
        """Return how this computer runs a command in there."""
        return ["unshare", "--mount", "sh", "-c", INSIDE, "sh", str(self.path), user, *words]

    def run(
        self, *words: str, user: str = "root", status: int = 0, settings: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end and expect its exit status."""
        environment = {**SETTINGS, **(settings or {})}
        done = subprocess.run(
            self.command(*words, user=user),
            env=environment, capture_output=True, text=True, check=False, timeout=MADE_BY_S,
        )  # fmt: skip
        assert done.returncode == status, (
            f"{words}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
        return done

    def shared(self, folder: Path) -> Path:
        """Make a folder that has one name in there and out here, for files that both sides read."""
        inside = self.path / folder.relative_to("/")
        inside.mkdir(parents=True)
        self.run("chown", f"{USER}:{USER}", str(folder))
        folder.symlink_to(inside)
        return folder
