"""Takes out of a text what could say who somebody is, or open anything. Pure.

Logs and the doctor's findings hold nobody's name by how they are made (app/logs.py, app/doctor). What goes to a
supporter is gone through all the same: a path names the computer's user, a setting can be worded by anybody, and a
mistake of ours may have put into a log what must not be there. Whoever reads it needs places and kinds, never numbers
that people carry.
"""

import re
from collections.abc import Mapping

LEAST = 3  # letters of what is known and hidden: shorter ones would be found in half of all words
HOMES = re.compile(r"(?:[A-Za-z]:)?[/\\](?:home|Users)[/\\][^/\\\s\"':]+")
ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+")
MAIL = re.compile(r"[^\s\"'<>@]+@[^\s\"'<>@]+")
CODE = re.compile(r"\bTS:\S+|\bL\d:[0-9A-Z $%*+./:-]+")  # what is printed or shown on a phone
NUMBER = re.compile(r"\+?\d(?:[ ()/.-]{0,2}\d){5,}")  # a phone, a card, a PIN of six digits
SECRET = re.compile(r"(?=[\w+=-]*\d)[\w+=-]{16,}")  # a key, a token, an id
CARRIED = re.compile(
    r"\b(?=[0-9A-Z-]*\d)(?=[0-9A-Z-]*[A-Z])[0-9A-Z-]{6,}\b"
)  # a printed number of letters and digits
PATTERNS = (
    (HOMES, "~"),
    (CODE, "(a code)"),
    (ADDRESS, "(an address)"),
    (MAIL, "(a mail address)"),
    (SECRET, "(a long word)"),
    (CARRIED, "(a number)"),
    (NUMBER, "(a number)"),
)
LINE = re.compile(
    r"(?P<begin>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?:WARNING|ERROR|CRITICAL) [\w.]{1,80}: )(?P<said>.*)"
)
PLACE = re.compile(r'(?P<begin>  File ")(?P<path>[^"]*)(?P<end>", line \d{1,6}, in [\w<>.]{1,80})')
KIND = re.compile(r"(?P<kind>[\w.]{1,100}): (?P<said>.*)")
FIXED = ("which came of", "Tillside ended by a bug.")
LEFT_OUT = "(a line of another form)"


def hidden(text: str, known: Mapping[str, str]) -> str:
    """Return a text without the `known` words, each of which becomes its name in brackets, and without PATTERNS."""
    for word, name in sorted(known.items(), key=lambda each: -len(each[0])):
        if len(word) >= LEAST:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", f"({name})", text)
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


def hidden_line(line: str, known: Mapping[str, str]) -> str:
    """Return a line of the log; what has not the form of ours is not told at all."""
    if found := LINE.fullmatch(line):
        return found["begin"] + hidden(found["said"], known)
    if found := PLACE.fullmatch(line):
        return found["begin"] + _in_program(found["path"]) + found["end"]
    if line in FIXED:
        return line
    if found := KIND.fullmatch(line):
        return f"{found['kind']}: {hidden(found['said'], known)}"
    return LEFT_OUT if line else ""


def _in_program(path: str) -> str:
    """Return the end of a path, which says the module: what stands before it says where somebody keeps things."""
    return "/".join(re.split(r"[/\\]", path)[-3:])
