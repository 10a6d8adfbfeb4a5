"""The two ways of undoing. Apart, since the window names them before its first paint."""

from enum import StrEnum


class Kind(StrEnum):
    """What a reversal is: also the type of its entry (app/core/entry.py)."""

    VOID = "void"
    RETURN = "return"
