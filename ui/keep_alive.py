"""Keeps None alive on Python 3.11 under PySide6 6.12.

The wheel is built for Python 3.12 and later, where None can't die and nobody counts references to it. On 3.11 each call that returns None (`setText`, `update`, …) therefore takes one reference too many: measured here, 1,000
calls of `QObject.setObjectName` cost 1,000, and after some five thousand calls the interpreter aborts with
"none_dealloc: deallocating None". So None is given more references than a station can use up. True and False, counted
in the same way, lose none.

To be taken away with Python 3.11. A test in tests/ui counts.
"""

import ctypes
import sys

REFERENCES = 1 << 60  # a million lost a second would last 36,000 years
FIRST_SAFE_VERSION = (3, 12)  # PEP 683: immortal objects


def keep_alive() -> None:
    """Give None references enough. Harmless when it is done twice or wasn't needed."""
    if sys.version_info < FIRST_SAFE_VERSION and sys.getrefcount(None) < REFERENCES:
        # CPython keeps the count first in each object; id() is the object's address.
        ctypes.c_ssize_t.from_address(id(None)).value += REFERENCES
