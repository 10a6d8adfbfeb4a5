"""The catalogue of what the station says, read from the source: `python -m ui.catalogue > tillside.pot`.

A sentence is whatever stands in `_("…")` or `ngettext("…", "…", n)` in ui/, and what the core and the store bring along
as words to show: the sentences of reasons, standings and faults. Those pass `_` as values, which no extractor can see.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.core.reasons import Reason
from app.core.standing import Standing
from app.station.enrol import NotEnrolled

DOORS = {"_": 1, "ngettext": 2}  # how many of the arguments are sentences
SENTENCE_NAME = "sentence"  # the attribute in which a fault carries its words
HERE = Path(__file__).parent
FAULT_FOLDERS = ("store", "station", "printing")


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence, its plural if it has one, and where it stands first."""

    singular: str
    plural: str
    place: str


@cache  # reading the whole source takes a second, and tests ask often
def messages() -> tuple[Message, ...]:
    """Return every sentence once, in the order of the source."""
    found: dict[str, Message] = {}
    for message in (*_of_pages(), *_of_faults(), *_of_reasons(), *_of_standings(), *_of_joining()):
        found.setdefault(message.singular, message)
    return tuple(found.values())


def template(said: Callable[[str], str] = lambda _message: "") -> str:
    """Return the catalogue in gettext's PO format: with nothing translated, or as `said` says each sentence."""
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    return "\n".join([head, *(_entry(message, said) for message in messages())])


def _entry(message: Message, said: Callable[[str], str]) -> str:
    singular = _quoted(said(message.singular))
    if not message.plural:
        return f"#: {message.place}\nmsgid {_quoted(message.singular)}\nmsgstr {singular}\n"
    return (
        f"#: {message.place}\nmsgid {_quoted(message.singular)}\nmsgid_plural {_quoted(message.plural)}\n"
        f"msgstr[0] {singular}\nmsgstr[1] {_quoted(said(message.plural))}\n"
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _of_pages() -> Iterator[Message]:
    for path in sorted(HERE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DOORS:
                texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                said = [text for text in texts if isinstance(text, str)][: DOORS[node.func.id]]
                if said:
                    place = f"ui/{path.relative_to(HERE).as_posix()}:{node.lineno}"
                    yield Message(said[0], said[1] if len(said) > 1 else "", place)


def _of_faults() -> Iterator[Message]:
    """Yield `sentence = "…"` of the fault classes below."""
    for path in (
        path for folder in FAULT_FOLDERS for path in sorted((HERE.parent / "app" / folder).glob("*.py"))
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
                continue
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names == [SENTENCE_NAME] and isinstance(node.value.value, str):
                yield Message(node.value.value, "", f"app/{path.parent.name}/{path.name}:{node.lineno}")


def _of_standings() -> Iterator[Message]:
    for standing in Standing:
        if standing.sentence:
            yield Message(standing.sentence, "", f"app/core/standing.py {standing}")


def _of_joining() -> Iterator[Message]:
    for why in NotEnrolled:
        yield Message(why.sentence, "", f"app/station/enrol.py {why.code}")


def _of_reasons() -> Iterator[Message]:
    for reason in Reason:
        yield Message(reason.sentence, "", f"app/core/reasons.py {reason.code}")


if __name__ == "__main__":
    sys.stdout.write(template())
