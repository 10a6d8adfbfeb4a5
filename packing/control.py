"""What Debian is told of the package: the control file. Pure."""

import re
from collections.abc import Mapping

# What runs needs, beside the folder. Newer releases rename some with the ending t64.
C_LIBRARY = "libc6"
OF_PYTHON = (
    "libbz2-1.0",
    "libexpat1",
    "libffi8",
    "liblzma5",
    "libsqlite3-0",
    "libssl3",
    "libuuid1",
    "zlib1g",
)
OF_LIBRARIES = ("libgcc-s1", "libstdc++6")
OF_WINDOW = (
    "libgl1", "libegl1", "libglib2.0-0", "libxkbcommon0", "libxkbcommon-x11-0", "libdbus-1-3", "libfontconfig1",
    "libfreetype6", "libx11-6", "libx11-xcb1", "libxcb1", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0",
    "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0", "libxcb-render0", "libxcb-shape0", "libxcb-shm0",
    "libxcb-sync1", "libxcb-util1", "libxcb-xfixes0", "libxcb-xkb1", "libwayland-client0", "libwayland-cursor0",
    "fonts-noto-core", "fonts-nanum",
)  # fmt: skip
OF_SCANNER = ("libzbar0",)
RENAMED = {"libglib2.0-0": "libglib2.0-0t64", "libssl3": "libssl3t64"}
RECOMMENDED = ("gnome-keyring | kwalletmanager | keepassxc", "pulseaudio-utils | pipewire-bin | alsa-utils")
VERSION = re.compile(r"\d[A-Za-z0-9.+~]*")


def depends(c_library: str) -> str:
    """Return the packages without which the station does not run; `c_library` is the version it was packed with."""
    names = (*OF_PYTHON, *OF_LIBRARIES, *OF_WINDOW, *OF_SCANNER)
    either = (f"{name} | {RENAMED[name]}" if name in RENAMED else name for name in sorted(names))
    return ", ".join([f"{C_LIBRARY} (>= {c_library})", *either])


def control(facts: Mapping[str, str | int]) -> str:
    """Return the control file for `version`, `architecture`, `kib` (installed size) and `c_library`."""
    assert VERSION.fullmatch(str(facts["version"])), facts["version"]
    return f"""\
Package: tillside
Version: {facts["version"]}
Architecture: {facts["architecture"]}
Maintainer: Tillside
Section: misc
Priority: optional
Installed-Size: {facts["kib"]}
Depends: {depends(str(facts["c_library"]))}
Recommends: {", ".join(RECOMMENDED)}
Description: loyalty station beside a shop's till
 Gives members discounts and points within a second, whether or not there
 is a network, and tells head office afterwards. This is the station alone;
 head office is another program.
 .
 What a station records lies in the home of the user who runs it, and no
 command of the package manager touches it.
"""
