"""The catalogue of what the console says, read from the source: `python -m hq.console.catalogue > console.pot`.

A sentence is what stands in `_("…")` and `{% trans %}` of a template, what Python marks with `N_`, says with `said`,
`gettext` or `ngettext`, and the words of faults where they are whole sentences: what holds a name or a number was put
together before it reached the page, and stays English.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2.ext import babel_extract

from hq import faults

HERE = Path(__file__).parent
HQ = HERE.parent
DOORS = {"N_": 1, "said": 1, "gettext": 1, "ngettext": 2}  # how many of the arguments are sentences
OPTIONS = {"trimmed": "false", "silent": "false"}
FAULTS = frozenset(name for name, kind in vars(faults).items() if isinstance(kind, type))
TITLE = "title"  # the attribute in which a fault carries the name of its kind


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence, its plural if it has one, and where it stands first."""

    singular: str
    plural: str
    place: str


@cache  # reading the whole source takes a while, and tests ask often
def messages() -> tuple[Message, ...]:
    """Return every sentence once, in the order of the source."""
    found: dict[str, Message] = {}
    for message in (*_of_templates(), *_of_python()):
        before = found.get(message.singular)
        if before is None or (message.plural and not before.plural):
            found[message.singular] = message
    return tuple(found.values())


def template(said: Callable[[Message], tuple[str, ...]] = lambda _message: ("",)) -> str:
    """Return the catalogue in gettext's PO format: with nothing translated, or as `said` says each sentence."""
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    return "\n".join([head, *(_entry(message, said(message)) for message in messages())])


def _entry(message: Message, forms: tuple[str, ...]) -> str:
    lines = [f"#: {message.place}", f"msgid {_quoted(message.singular)}"]
    if message.plural:
        lines.append(f"msgid_plural {_quoted(message.plural)}")
        lines += [f"msgstr[{nth}] {_quoted(form)}" for nth, form in enumerate(forms)]
    else:
        lines.append(f"msgstr {_quoted(forms[0])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _of_templates() -> Iterator[Message]:
    for path in sorted((HERE / "templates").rglob("*.html")):
        place = path.relative_to(HQ.parent).as_posix()
        with path.open("rb") as source:
            for line, _, said, _ in babel_extract(source, ("_", "gettext", "ngettext"), (), OPTIONS):
                texts = [text for text in ((said,) if isinstance(said, str) else said or ()) if text]
                if texts:
                    yield Message(texts[0], texts[1] if len(texts) > 1 else "", f"{place}:{line}")


def _of_python() -> Iterator[Message]:
    for path in sorted(HQ.rglob("*.py")):
        place = path.relative_to(HQ.parent).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for said in _said(node):
                yield Message(
                    said[0], said[1] if len(said) > 1 else "", f"{place}:{getattr(node, 'lineno', 0)}"
                )


def _said(node: ast.AST) -> Iterator[list[str]]:
    """Yield what a call says to people, and the titles of faults."""
    if isinstance(node, ast.Call):
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        texts = [text for text in map(_text, node.args) if text]
        if name in DOORS and texts:
            yield texts[: DOORS[name]]
        elif name in DOORS and node.args and isinstance(either := node.args[0], ast.IfExp):
            yield from ([text] for text in map(_text, (either.body, either.orelse)) if text)
        elif name in FAULTS and node.args and (text := _text(node.args[0])):
            yield [text]
    elif isinstance(node, ast.ClassDef) and node.name in FAULTS:
        for each in node.body:
            if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") == TITLE:
                text = _text(each.value)
                if text:
                    yield [text]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a file's stream on every system of ours
    sys.stdout.write(template())
