"""Where the packed program begins: `app.main`, after what only a packed program needs.

A packed program is its own Python without `-m`. The one module that the station starts in a process of its own is known
here by that spelling, so that nothing else has to ask whether it is packed.
"""

import os
import sys

PROBE = ["-m", "ui.display_probe"]
LEFT_OUT = ("hq", "demo", "screens")  # see tillside.spec
ONLY_STATION = (
    "This package holds the station. Head office, the demo and the gallery run from Tillside's source, "
    "by its own ./tillside."
)


def main() -> None:
    """Run the command line."""
    words = sys.argv[1:]
    _let_others_find_their_libraries()
    if words == PROBE:
        from ui.display_probe import main as probe

        del sys.argv[1:]  # Qt reads them, too
        probe()
    elif words and words[0] in LEFT_OUT:
        sys.stderr.write(f"{ONLY_STATION}\n")
        raise SystemExit(1)
    else:
        from app.main import main as run

        run()


def _let_others_find_their_libraries() -> None:
    """Take back what PyInstaller has set for itself: a player of sounds must not be started with our libraries."""
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)


if __name__ == "__main__":
    main()
