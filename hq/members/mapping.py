"""A file of members as another system writes it: read whole once, and which of its columns is what.

The text is UTF-8 (with or without a byte order mark); commas, semicolons or tabs stand between the cells, as the
heading shows. A column is mapped to one word: `external_id`, `ref`, `name`, `phone`, `email`, `birthday`, `number`,
`home_store`, `attribute:<name>` or `consent:<what>@<version>`; the others are left alone.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from app.core.consents import WORD
from hq.csv_files import unguarded
from hq.faults import Malformed
from hq.members.attributes import Attribute, Value, read_typed
from hq.members.keeping import ConsentSaid, Said

BYTES_MAX, ROWS_MAX, COLUMNS_MAX, CELL_MAX = 4 << 20, 200_000, 200, 2_000
PLAIN = ("external_id", "ref", "name", "phone", "email", "birthday", "number", "home_store")
PERSONAL = frozenset({"name", "phone", "email", "birthday"})
ATTRIBUTE, CONSENT = "attribute:", "consent:"
WITH_YEAR = re.compile(r"\d{4}[-./](\d\d)[-./](\d\d)")
LANGUAGE = "en"  # of the text somebody agreed to elsewhere, which nobody knows any more
YES, NO = (
    frozenset({"1", "yes", "y", "true", "ja", "예", "네"}),
    frozenset({"0", "no", "n", "false", "nein", "아니요", "아니오"}),
)
GUESSES: Mapping[str, str] = {  # how headings often call it
    "id": "external_id",
    "customerid": "external_id",
    "memberid": "external_id",
    "externalid": "external_id",
    "crmid": "external_id",
    "reference": "ref",
    "fullname": "name",
    "customername": "name",
    "phonenumber": "phone",
    "mobile": "phone",
    "emailaddress": "email",
    "mail": "email",
    "birthdate": "birthday",
    "cardnumber": "number",
    "card": "number",
    "store": "home_store",
    "shop": "home_store",
}


def read_file(content: bytes) -> list[list[str]]:
    """Return the rows of a file, the heading first. Raises `Malformed`."""
    if len(content) > BYTES_MAX:
        raise Malformed(f"A file has at most {BYTES_MAX >> 20} MB. Cut it into parts.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Malformed("This file is not UTF-8. Save it as “CSV UTF-8”, then bring it again.") from problem
    if "\x00" in text:
        raise Malformed("This is no file of text.")
    heading = text.partition("\n")[0]
    between = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text), delimiter=between, strict=True)
    try:
        rows = [[unguarded(cell) for cell in row] for row in reader if any(row)]
    except csv.Error as problem:
        raise Malformed(
            f"This file can't be read as CSV from line {reader.line_num} on: look for a quotation mark that is "
            "opened and not closed, or stands within a word."
        ) from problem
    _check(rows)
    return rows


def guess(heading: Sequence[str], schema: Mapping[str, Attribute]) -> dict[str, str]:
    """Return which column is what, as far as the heading says so."""
    found: dict[str, str] = {}
    for column in heading:
        folded = re.sub(r"[^a-z0-9]", "", column.casefold())
        word = column.strip().casefold().replace(" ", "_")
        target = {**GUESSES, **{each.replace("_", ""): each for each in PLAIN}}.get(folded, "")
        if not target and word in schema:
            target = ATTRIBUTE + word
        if target and target not in found.values():
            found[column] = target
    return found


def check_mapping(
    mapping: Mapping[str, str], heading: Sequence[str], schema: Mapping[str, Attribute]
) -> dict[str, str]:
    """Return a mapping without what is left alone. Raises `Malformed`."""
    used = {column: target for column, target in mapping.items() if target}
    for column, target in used.items():
        if column not in heading:
            raise Malformed("The mapping names a column that the file does not have.")
        if not _is_target(target, schema):
            raise Malformed(f"{target!r} is nothing that a column can be.")
    if len(set(used.values())) < len(used):
        raise Malformed("Two columns can't be the same thing.")
    if not {"external_id", "ref"} & set(used.values()):
        raise Malformed("One column has to say who it is: the external id, or our reference.")
    return used


def said_in(cells: Mapping[str, str], schema: Mapping[str, Attribute]) -> Said:
    """Return what a row says of a member: `cells` by what they are; empty ones say nothing. Raises `Malformed`."""
    filled = {target: text.strip() for target, text in cells.items() if text.strip()}
    attributes: dict[str, Value | None] = {}
    consents = []
    for target, text in filled.items():
        if target.startswith(ATTRIBUTE):
            name = target.removeprefix(ATTRIBUTE)
            attributes[name] = read_typed(schema[name], text)
        if target.startswith(CONSENT):
            what, _, version = target.removeprefix(CONSENT).partition("@")
            consents.append(ConsentSaid(what, version, LANGUAGE, _yes(text)))
    if not {"external_id", "ref"} & filled.keys():
        raise Malformed("Nothing says who it is.")
    return Said(
        ref=filled.get("ref"),
        external_id=filled.get("external_id"),
        personal={name: _without_year(name, filled[name]) for name in sorted(PERSONAL & filled.keys())},
        number=filled.get("number"),
        home_store=filled.get("home_store"),
        attributes=attributes,
        consents=tuple(consents),
    )


def _without_year(name: str, text: str) -> str:
    """Return a birthday as it is kept, by month and day; other systems write the year before it."""
    found = WITH_YEAR.fullmatch(text) if name == "birthday" else None
    return text if found is None else f"{found[1]}-{found[2]}"


def _is_target(target: str, schema: Mapping[str, Attribute]) -> bool:
    if target.startswith(ATTRIBUTE):
        return target.removeprefix(ATTRIBUTE) in schema
    if target.startswith(CONSENT):
        what, _, version = target.removeprefix(CONSENT).partition("@")
        return bool(WORD.fullmatch(what) and WORD.fullmatch(version))
    return target in PLAIN


def _yes(text: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise Malformed("A consent is yes or no.")
    return word in YES


def _check(rows: Sequence[Sequence[str]]) -> None:
    if len(rows) < 2:
        raise Malformed("This file has no rows below its heading.")
    if len(rows) > ROWS_MAX + 1:
        raise Malformed(f"A file has at most {ROWS_MAX} rows. Cut it into parts.")
    heading = rows[0]
    if len(heading) > COLUMNS_MAX:
        raise Malformed(f"A file has at most {COLUMNS_MAX} columns.")
    if twice := [column for nth, column in enumerate(heading) if column in heading[:nth]]:
        raise Malformed(f"Two columns are called “{twice[0][:80]}”. Give each a name of its own in the file.")
    if any(len(cell) > CELL_MAX for row in rows for cell in row):
        raise Malformed(f"A cell has at most {CELL_MAX} characters.")
