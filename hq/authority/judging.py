"""What an entry says of the leases it was given by, held against those that HQ gave. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

import msgspec
from msgspec import ValidationError, convert

from app.core.chain import ChainOwner
from app.core.entry import LEASE_CLOSE, ORDER, REDEEM, RETURN, VOID, Entry
from app.core.limits import of_campaign, stock_key
from hq.authority.rights import CLOSED, OPEN, OUT, UNTOLD, WRITTEN_OFF
from hq.authority.store import LeaseRow
from hq.journal.schemas import AuthPart, LeaseCloseData, Recorded

ONE_AT_ONCE = ("uses:", "members:", "stock:")  # begin the scopes of which a rule takes one, whatever it gives
Right = tuple[AuthPart, Set[str]]  # and the scopes that what was given by it takes of
HOME = "home:"  # a home lease is called by its scope, and is no row of HQ's: see home.py


class _Part(Recorded, frozen=True, kw_only=True):
    auth: AuthPart = AuthPart()


class _Rights(Recorded, frozen=True, kw_only=True):
    auth: AuthPart = AuthPart()
    campaigns: list[_Part] = msgspec.field(default_factory=list)


def rights_of(entry: Entry) -> list[AuthPart]:
    """Return by which rights an entry gave what it gave; none where it can't be read, which judging it says."""
    if entry.type not in (ORDER, REDEEM):
        return []
    try:
        found = convert(entry.data, _Rights)
    except ValidationError:
        return []
    return [found.auth, *(part.auth for part in found.campaigns)]


def leases_given_back(entry: Entry) -> list[tuple[str, int]]:
    """Return what a void or a return says that comes back of which lease; none where it can't be read."""
    if entry.type not in (VOID, RETURN):
        return []
    try:
        return convert(entry.data.get("leases", []), list[tuple[str, int]])
    except ValidationError:
        return []


def leases_named(entries: Iterable[Entry]) -> set[str]:
    """Return the ids of the leases that entries used or closed; those of home leases are their scopes behind HOME."""
    named: set[str] = set()
    for entry in entries:
        named |= {name for auth in rights_of(entry) for name, _ in auth.leases}
        named |= {name for name, _ in leases_given_back(entry)}
        closed = entry.data.get("lease_id")
        if entry.type == LEASE_CLOSE and isinstance(closed, str):
            named.add(closed)
    return {name for name in named if "\x00" not in name}


def given_by(auth: AuthPart, campaign: str, rule: str) -> Right:
    """Return a right with the scopes of what a rule of a campaign takes: a lease is of one of these."""
    return auth, of_campaign(campaign) | {stock_key(rule)}


@dataclass
class LeaseBook:
    """The leases that a batch names, as its entries use and close them.

    `given_before` are units that were counted as given when a person wrote their lease off. `forgot_ms`: where HQ was
    put back from a backup, entries from before this moment may name leases that it has forgotten.
    """

    rows: dict[str, LeaseRow] = field(default_factory=dict)
    given_before: Counter[str] = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    holders: Mapping[str, Set[str]] = field(default_factory=dict)  # of home leases, by scope
    forgot_ms: int = 0

    def copy(self) -> "LeaseBook":
        """Return a book that changes by itself."""
        rows = {name: replace(row) for name, row in self.rows.items()}
        return LeaseBook(
            rows=rows,
            given_before=self.given_before.copy(),
            touched=set(self.touched),
            closed=set(self.closed),
            holders=self.holders,
            forgot_ms=self.forgot_ms,
        )

    def take(
        self, entry: Entry, rights: Iterable[Right], t_eff: int, *, is_of_erased: bool = False
    ) -> list[str]:
        """Count what an entry took; return what is wrong with that.

        Who held what a member owned who was erased (`is_of_erased`) nobody knows any more.
        """
        owner = ChainOwner(entry.device_id, entry.epoch)
        return [
            wrong
            for auth, scopes in rights
            for name, units in auth.leases
            if not (is_of_erased and name.startswith(HOME))
            if (wrong := self._take(name, owner, units, t_eff, scopes))
        ]

    def give_back(self, name: str, owner: ChainOwner, units: int) -> None:
        """Let a station have units again that an order had taken and that came back with it.

        Of a lease that has ended they go back to what is left of the scope, which the counter says; and of one that
        was written off they were counted with the whole of it, and stay counted.
        """
        row, _ = self._find(name, owner, 0)
        if row is None or row.state not in (OPEN, WRITTEN_OFF):
            return
        units = min(units, row.used)
        row.used -= units
        self.touched.add(name)
        if row.state == WRITTEN_OFF:
            self.given_before[row.scope] -= units

    def close(self, entry: Entry, said: LeaseCloseData) -> tuple[str, str]:
        """Close a lease; return what is wrong with that, and what differs from what entries told ("" if nothing).

        What the device says to have used beyond that stays out: it may stand in entries that were set aside, and they
        take it when they are posted after all.
        """
        name = said.lease_id
        # Given back is one long after its end, if its device was cut off: of one that was forgotten that harms nobody.
        row, wrong = self._find(name, ChainOwner(entry.device_id, entry.epoch), 0)
        if row is None:
            return wrong, ""
        if row.state in OUT:
            row.units = max(min(said.used, row.units), row.used)
            row.state = UNTOLD if row.units > row.used else CLOSED
            self.touched.add(name)
            self.closed.add(name)
        told = f"{said.used} used of lease {name}, of which entries tell {row.used}"
        return "", "" if said.used == row.used else told

    def _take(self, name: str, owner: ChainOwner, units: int, t_eff: int, scopes: Set[str]) -> str:
        if name.startswith(HOME):
            is_held = owner.device_id in self.holders.get(name.removeprefix(HOME), ())
            return "" if is_held else f"{name.removeprefix(HOME)} is not held by this station"
        row, wrong = self._find(name, owner, t_eff)
        if row is None:
            return wrong
        if row.scope not in scopes:  # counted, it would make room where nothing was given
            return f"lease {name} is of {row.scope}, and nothing of that was given"
        if units > 1 and row.scope.startswith(ONE_AT_ONCE):
            return f"{units} of lease {name}, and one was given"
        if row.state not in (*OUT, WRITTEN_OFF):
            return f"lease {name} was {row.state} before"
        if row.state == WRITTEN_OFF:
            self.given_before[row.scope] += min(units, row.left)
        row.used += units
        self.touched.add(name)
        if row.used > row.units:
            return f"{row.used} of lease {name}, which was for {row.units}"
        if not row.from_ms <= t_eff < row.until_ms:
            return f"lease {name} held until {row.until_ms}, not at {t_eff}"
        return ""

    def _find(self, name: str, owner: ChainOwner, t_eff: int) -> tuple[LeaseRow | None, str]:
        row = self.rows.get(name)
        if row is None:
            return None, "" if t_eff < self.forgot_ms else f"HQ knows no lease {name}"
        return (row, "") if row.owner == owner else (None, f"lease {name} is another's")
