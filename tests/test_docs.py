"""The documents say what is so: commands, settings, links, words and the example are held against the code."""

import json
import keyword
import re
import tokenize
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli import cli
from app.config import PREFIX, Config
from app.core.codes import Level
from app.core.decision import decide
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Decision, Facts
from app.core.program_format import read_program
from app.core.reasons import Reason
from app.core.voucher import Presentation, Voucher
from app.store import faults
from tests.test_tidy import FOREIGN_WORDS

ROOT = Path(__file__).parent.parent
README, GLOSSARY = ROOT / "README.md", ROOT / "docs" / "glossary.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), *DECISIONS]
PRODUCT = ("app", "ui", "sync", "scanner", "resources", "hq")
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives"]

LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
SETTLED = re.compile(r"customer[\s-](display|portal)")  # names that stay, though the person is a member
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
OURS = r"`((?:app|ui|sync|scanner|resources|hq|tests|bench)/[\w/.]+)`"

Row = dict[str, str]


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _anchor(heading: str) -> str:
    """Return the anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


# --- links ----------------------------------------------------------------------------------------------------------


def _broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(CODE.sub("", _text(page))):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in map(_anchor, HEADING.findall(_text(place)))):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    assert list(_broken_links(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_are_named_exist(page: Path) -> None:
    """Those to come stand in ARCHITECTURE's last section and in pages that say why they are to come."""
    text = _text(page).split("## Where the next things will live")[0]
    assert [name for name in re.findall(OURS, text) if not (ROOT / name).exists()] == []


# --- README ---------------------------------------------------------------------------------------------------------


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield " ".join((*path, name)), command
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))


COMMANDS = dict(_commands(typer.main.get_command(cli)))
# A group that does nothing without one of its commands needs no row of its own.
SHOWN = {
    name: command for name, command in COMMANDS.items() if getattr(command, "invoke_without_command", True)
}


def _rows(page: Path, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    section = _text(page).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def test_readme_lists_every_command_and_no_other() -> None:
    assert sorted(row[0].strip("`") for row in _rows(README, "Commands")) == sorted(SHOWN)


def test_readme_lists_every_option_of_a_command() -> None:
    """Those that all commands of a group share may stand in the first row of the group."""
    missing = []
    rows = {row[0].strip("`"): row[2] for row in _rows(README, "Commands")}
    shared = {name.split()[0]: row for name, row in reversed(rows.items())}
    for name, command in SHOWN.items():
        for parameter in command.params:
            option = next((each for each in parameter.opts if each.startswith("--")), None)
            if option and not re.search(rf"`{option}`", rows[name] + shared[name.split()[0]]):
                missing.append(f"{name} {option}")
    assert missing == []


def test_readme_lists_every_setting_with_its_variable() -> None:
    listed = [(row[0], row[1]) for row in _rows(README, "Settings")]
    assert listed == [(f"`{each.name}`", f"`{PREFIX}{each.name.upper()}`") for each in fields(Config)]


def test_readme_begins_with_the_two_commands() -> None:
    first_screen = _text(README).split("\n## ")[0]
    assert re.findall(r"^ +(\./tillside.*)$", first_screen, re.MULTILINE) == [
        "./tillside demo",
        "./tillside test",
    ]


def test_readme_knows_every_way_in_which_a_store_stops() -> None:
    """Each fault that a cashier can meet has a row, and those of the file system share one with a full disk."""
    told = " ".join(row[0] for row in _rows(README, "When something is wrong"))
    codes = {each.code for each in vars(faults).values() if isinstance(each, type)} - {"store_fault"}
    assert [code for code in sorted(codes) if f"`{code}`" not in told] == []


# --- the example in README ------------------------------------------------------------------------------------------


def _example_program() -> Any:
    (body,) = (text for kind, text in BLOCK.findall(_text(README)) if kind == "json")
    return read_program(body.encode("utf-8"))


def _dialogue() -> list[tuple[str, Any]]:
    """Return each line that README says to type, with the answer it shows."""
    lines = [
        line for kind, text in BLOCK.findall(_text(README)) if kind == "text" for line in text.splitlines()
    ]
    return [(said[2:], json.loads(answer)) for said, answer in pairwise(lines) if said.startswith("> ")]


def _decided(order: Any, *, uses: int | None, has_member: bool) -> Decision:
    lines = tuple(
        Line(line=number, sku=line["sku"], quantity=line["qty"], amount=line["amount"])
        for number, line in enumerate(order["lines"], start=1)
    )
    presented = ()
    if uses is not None:
        voucher = Voucher("h", "coffee-1", uses_max=1, uses=uses)
        presented = (Presentation("r", voucher, Level.NUMBER),)
    # The day on which the example was run.
    facts = Order(order["order_id"], "S1", "1", 1795364943107, "Europe/Berlin", "EUR", lines)
    member = Member("m", is_known=True) if has_member else None
    return decide(Facts(_example_program(), facts, member, presented))


def test_the_example_is_answered_as_shown() -> None:
    """Plays the dialogue over the engine: the card, the vouchers and each order's figures and reasons."""
    has_member, uses, shown, orders = False, 0, False, 0
    for said, answer in _dialogue():
        if not said.startswith("{"):
            has_member, shown = has_member or answer["answer"] == "member", answer["answer"] == "voucher"
        elif "order" in (command := json.loads(said)):
            decision = _decided(command["order"], uses=uses if shown else None, has_member=has_member)
            figures = (decision.total, decision.discount, decision.payable, decision.points)
            assert figures == tuple(answer[name] for name in ("total", "discount", "payable", "points"))
            reasons = [[refusal.reason.code for refusal in each.refusals] for each in decision.presented]
            assert reasons == [[each["reason"]] if "reason" in each else [] for each in answer["presented"]]
            uses += sum(each["approved"] for each in answer["presented"])
            has_member, shown, orders = False, False, orders + 1
    assert orders >= 3
    assert {answer["answer"] for _, answer in _dialogue()} >= {"approved", "approved_queued", "not_possible"}


def test_reasons_are_quoted_as_they_are() -> None:
    by_code = {reason.code: reason.sentence for reason in Reason}
    quoted = [each for _, answer in _dialogue() for each in answer.get("presented", []) if "reason" in each]
    assert quoted
    assert all(each["sentence"] == by_code[each["reason"]] for each in quoted)


# --- decisions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", DECISIONS, ids=_name)
def test_a_decision_has_the_four_headings_and_fits_on_a_page(page: Path) -> None:
    title, *headings = HEADING.findall(_text(page))
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", page.stem)
    assert title.startswith(f"{page.stem[:4]}: ")
    assert headings == HEADINGS
    assert len(_text(page).splitlines()) <= 80


def test_decisions_are_numbered_without_gaps() -> None:
    assert [page.stem[:4] for page in DECISIONS] == [f"{n:04}" for n in range(1, len(DECISIONS) + 1)]


# --- glossary -------------------------------------------------------------------------------------------------------


def _terms() -> list[list[str]]:
    headings = HEADING.findall(_text(GLOSSARY))[1:]
    return [row for heading in headings for row in _rows(GLOSSARY, heading)]


@cache
def _spoken() -> str:
    """Return the product's own names, each cut into its words, in lower case, one a line."""
    names = set()
    for path in (path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")):
        names.add(path.stem)
        with tokenize.open(path) as file:
            names |= {
                token.string
                for token in tokenize.generate_tokens(file.readline)
                if token.type == tokenize.NAME
            }
    return "\n".join(
        " ".join(re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)).lower()
        for name in names
        if not keyword.iskeyword(name)
        and name != "Exception"
        and not name.startswith("c_")  # those of ctypes
    )


def _is_spoken(term: str) -> bool:
    return re.search(rf"\b{re.escape(term.lower())}s?\b", _spoken()) is not None


def test_words_of_the_glossary_are_used() -> None:
    """A word that nothing is called by is either marked as later or not needed."""
    unused = [term for term, _, _, when in _terms() if not when and not _is_spoken(term)]
    assert unused == []


def test_words_for_later_are_not_here_yet() -> None:
    assert [term for term, _, _, when in _terms() if when == "later" and _is_spoken(term)] == []
    assert {when for *_, when in _terms()} == {"", "later"}


def test_the_glossary_is_in_good_order() -> None:
    terms = [term.lower() for term, *_ in _terms()]
    assert len(terms) == len(set(terms))
    refused = {word.split("(")[0].strip() for *_, words, _ in _terms() for word in words.split(",")}
    assert refused >= FOREIGN_WORDS.keys(), "what test_tidy looks for in the code stands in the column `not`"
    assert not refused & set(terms)


@pytest.mark.parametrize("page", [page for page in PAGES if page != GLOSSARY], ids=_name)
def test_documents_speak_these_words_too(page: Path) -> None:
    words = re.findall(r"[a-z]+", SETTLED.sub("", CODE.sub("", _text(page)).lower()))
    foreign = FOREIGN_WORDS.keys() - {"client"}  # the module that speaks HTTP is called so
    assert [word for word in words if word.removesuffix("s") in foreign] == []
