"""What commands say to the person at the terminal: on standard error, so that standard output stays for figures."""

import sys
from typing import NoReturn


def say(text: str) -> None:
    """Show a line."""
    print(text, file=sys.stderr, flush=True)


def plain(text: str) -> str:
    """Return a text from outside as a terminal may show it: nothing in it moves the cursor or begins a line."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def fail(sentence: str) -> NoReturn:
    """Say why it can't be done and end with status 1."""
    say(sentence)
    raise SystemExit(1)
