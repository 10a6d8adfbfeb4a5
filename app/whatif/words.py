"""What a replay found, for whoever plans campaigns: tables that add up, reasons in words, what all of it rests on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from app.core.earning import POINTS
from app.core.history import EVENTS
from app.core.life import Stage
from app.core.money import Currency
from app.core.reasons import sentence
from app.whatif.draft import Draft
from app.whatif.findings import CampaignRow, Findings, Given, Why
from app.whatif.replay import Take

NAME_WIDTH_MIN, NAME_WIDTH_MAX = 26, 40
WIDTH = 110
Translate = Callable[[str], str]  # gettext
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of what offers gave: its heading, and where it comes from. Money is written as such."""

    heading: str
    read: Callable[[Given], int]
    is_money: bool = False
    is_always_shown: bool = True


WOULD = (
    Column("times", lambda given: given.times),
    Column("orders", lambda given: given.orders),
    Column("members", lambda given: len(given.members)),
    Column("discount", lambda given: given.discount, is_money=True),
    Column("points spent", lambda given: given.points, is_always_shown=False),
    Column("paid by points", lambda given: given.paid, is_money=True, is_always_shown=False),
    Column("gifts", lambda given: given.gifts, is_always_shown=False),
    Column("to wallets", lambda given: given.credit, is_money=True, is_always_shown=False),
)
REALLY = (
    Column("really: times", lambda given: given.times),
    Column("discount", lambda given: given.discount, is_money=True),
)


@dataclass(frozen=True, slots=True)
class Report:
    """Findings and what they are of. `really` says in a sentence what is meant by what really happened."""

    draft: Draft
    findings: Findings
    take: Take
    really: str
    translate: Translate = str

    def told(self) -> str:
        """Return the report as people read it."""
        if not self.findings.orders:
            return "There are no orders to play the draft against."
        parts = (self._head(), self._campaigns(), self._earning(), self._totals(), self._why(), self._rests())
        return "\n\n".join("\n".join(part) for part in parts if part)

    def record(self) -> dict[str, Any]:
        """Return the JSON form: figures in minor units and whole points, reasons also as sentences."""
        program, findings = self.draft.written, self.findings
        found = findings.record()
        for row, said in zip(findings.campaigns.values(), found["campaigns"], strict=True):
            for why, refused in zip(row.refusals, said["refused"], strict=True):
                refused["sentence"] = self._sentence(why)
            said["note"] = self._note(row)
        return {
            "program": {"id": program.program_id, "version": program.version, "name": program.name},
            "currency": program.currency.code,
            "take": str(self.take),
            "ignores_dates": self.draft.ignores_dates,
            **found,
            "rests_on": list(self._assumed()) if findings.orders else [],
        }

    # --- the parts ---------------------------------------------------------------------------------------------------

    def _head(self) -> list[str]:
        program, found = self.draft.written, self.findings
        return [
            f'What "{program.name}" (version {program.version}) would have given',
            f"  {found.orders:,} orders of {found.first_day} to {found.last_day}, worth "
            f"{self._money(found.priced)} {self._currency.code},",
            f"  by {_some(len(found.members), 'member')} in {_some(len(found.stores), 'store')}.",
        ]

    def _campaigns(self) -> list[str]:
        found = self.findings
        would = [c for c in WOULD if c.is_always_shown or c.read(found.would)]
        rows = [["Campaign", *(column.heading for column in (*would, *REALLY))]]
        for row in found.campaigns.values():
            rows.append([row.name, *self._cells(would, row.would), *self._cells(REALLY, row.really)])
        if found.elsewhere.times:
            dashes = ["-"] * len(would)
            rows.append(["(not in the draft)", *dashes, *self._cells(REALLY, found.elsewhere)])
        rows.append(["Together", *self._cells(would, found.would), *self._cells(REALLY, found.really)])
        notes = [f"  {row.name}: {note}" for row in found.campaigns.values() if (note := self._note(row))]
        overlap = "  Orders and members with offers of several campaigns count once in the last line."
        return [*table(rows), overlap, *notes]

    def _earning(self) -> list[str]:
        found = self.findings
        if not found.earning:
            return []
        rows = [["Points by earning rule", "orders", "members", "points"]]
        for row in found.earning.values():
            name = row.rule_id if row.currency == POINTS else f"{row.rule_id} ({row.currency})"
            rows.append([name, f"{row.orders:,}", f"{len(row.members):,}", f"{row.points:,}"])
        rows.append(["Together", "", "", f"{found.points_together:,}"])
        return table(rows)

    def _totals(self) -> list[str]:
        before, after, really, would = (
            self.findings.before,
            self.findings.after,
            self.findings.really,
            self.findings.would,
        )
        rows = [["Before and after", "really", "with the draft", "difference"]]
        rows.append(self._compared("Discounts", before.discount, after.discount, is_money=True))
        rows.append(self._compared("To pay", before.payable, after.payable, is_money=True))
        rows.append(self._compared("Points issued", before.points, after.points))
        for column in WOULD:
            if not column.is_always_shown and (column.read(really) or column.read(would)):
                name = column.heading.capitalize()
                rows.append(
                    self._compared(name, column.read(really), column.read(would), is_money=column.is_money)
                )
        return table(rows)

    def _why(self) -> list[str]:
        refused = [row for row in self.findings.campaigns.values() if row.refused]
        if not refused:
            return []
        lines = ["Why offers did not apply, by the reason a cashier would read out first"]
        for row in refused:
            lines.append(
                f"  {row.name}: could have applied {row.would.times + row.refused_times:,} times, "
                f"applied {row.would.times:,}, did not {row.refused_times:,}:"
            )
            lines += [f"  {why.count:>11,}  {self._sentence(why)}" for why in row.refusals]
        return lines

    def _rests(self) -> list[str]:
        return ["What this rests on", *(line for said in self._assumed() for line in _wrapped(said))]

    # --- sentences ---------------------------------------------------------------------------------------------------

    def _note(self, row: CampaignRow) -> str:
        """Return why a campaign's row is empty, where nothing else says it."""
        found = self.findings
        first, last = f"{found.first_day}T00:00:00", f"{found.last_day}T23:59:59"
        if row.ends_at < first or row.starts_at > last:
            return f"not on in this time, since it runs {_day(row.starts_at)} to {_day(row.ends_at)}."
        if row.needs_presenting and not row.would.times and not row.refused:
            return "nobody showed or picked it in these orders."
        return ""

    def _assumed(self) -> Iterable[str]:
        program, found = self.draft.written, self.findings
        yield self.really
        yield "Orders stay as they were: nobody buys more, or comes more often, because of an offer."
        yield (
            "Automatic offers apply whenever they can. Vouchers and choices count as taken where these orders show "
            f"them: of the {found.presented:,} that were shown, {found.held:,} are in the draft, by the id of their "
            "rule, or of their campaign where the draft has only one rule to be shown in it."
        )
        if self.take is Take.CHOICE:
            yield "Besides, every choice that can be used is taken to be picked: the most that it could cost."
        yield (
            "Limits, budgets and what members did before are counted from the first of these orders on, with what the "
            "draft gives."
        )
        yield "Tiers and segments are as they were; points don't expire."
        if any(key.startswith(EVENTS) for key in program.counters):
            yield "Events are not in past orders: offers that ask for them don't apply."
        if self.draft.ignores_dates:
            yield "The dates of campaigns are not looked at: each was on all the time."
        if program.life.stage is Stage.DRAFT:
            yield "The program's stage is draft; it is played as if it were live."

    def _sentence(self, why: Why) -> str:
        return sentence(why.refusal(), money=self._money, translate=self.translate)

    # --- figures -----------------------------------------------------------------------------------------------------

    @property
    def _currency(self) -> Currency:
        return self.draft.written.currency

    def _money(self, minor: int) -> str:
        digits = self._currency.digits
        units, cents = divmod(abs(minor), 10**digits)
        return f"{'-' if minor < 0 else ''}{units:,}" + (f".{cents:0{digits}}" if digits else "")

    def _figure(self, value: int, *, is_money: bool) -> str:
        return self._money(value) if is_money else f"{value:,}"

    def _cells(self, columns: Iterable[Column], given: Given) -> list[str]:
        return [self._figure(column.read(given), is_money=column.is_money) for column in columns]

    def _compared(self, name: str, before: int, after: int, *, is_money: bool = False) -> list[str]:
        change = after - before
        signed = ("+" if change > 0 else "") + self._figure(change, is_money=is_money)
        return [
            name,
            self._figure(before, is_money=is_money),
            self._figure(after, is_money=is_money),
            signed,
        ]


def table(rows: Rows) -> list[str]:
    """Return rows as lines, the first one being the head: names to the left, figures to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    widths[0] = min(max(widths[0], NAME_WIDTH_MIN), NAME_WIDTH_MAX)
    return [_line(row, widths) for row in rows]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name = row[0] if len(row[0]) <= widths[0] else row[0][: widths[0] - 1] + "…"
    figures = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    return f"  {name.ljust(widths[0])}  {'  '.join(figures)}".rstrip()


def _wrapped(said: str) -> list[str]:
    return wrap(said, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _some(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _day(moment: str) -> str:
    return moment.partition("T")[0]
