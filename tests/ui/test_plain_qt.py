"""PySide6 must not keep the source of what is imported beside it: a tenth of the station's memory."""

import subprocess
import sys

LOOK = """
import linecache
import ui.application
import wave
print(wave.__file__ in linecache.cache)
"""


def test_no_source_is_read_and_kept_for_a_module_imported_after_qt():
    done = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["False"]
