"""What is handed to the auditor: rows of databases as they were read, and nothing that knows how they came about."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

Row = tuple[Any, ...]
Facts = tuple[frozenset[Row], frozenset[Row]]  # members and vouchers


class FileEntry(NamedTuple):
    """A row of a station's journal."""

    seq: int
    entry_id: str
    type: str
    body: bytes
    prev: bytes
    hash: bytes
    sig: bytes


class HeldEntry(NamedTuple):
    """A row of HQ's journal."""

    device: str
    epoch: int
    seq: int
    entry_id: str | None
    type: str
    body: bytes
    hash: bytes
    verdict: str
    flags: str
    case_id: str | None


class Exposed(NamedTuple):
    """What HQ says of a store or campaign: the worst beforehand, and what happened, in money and points."""

    kind: str
    name: str
    bound: int
    happened: tuple[int, int]
    stations: int  # active ones, of the store or all
    devices: set[str]  # that ever stood in the store


@dataclass(frozen=True)
class StationRows:
    """Where a station stands, beside its journal: how far HQ has acknowledged, and its copy of HQ's facts."""

    acked_seq: int
    position: tuple[str, int, int] | None  # set, cursor, own entries that are in the figures
    members: frozenset[Row]  # ref, tier, balance, state
    vouchers: frozenset[Row]  # code hash, rule, uses_max, uses where that is limited
    versions: dict[str, int]  # of the documents in use, and the highest ever seen
    words: dict[int, str] = field(default_factory=dict)  # HQ's newest verdict on each of its own entries
    as_of_ms: int = 0  # HQ's moment of its copy
    holds: frozenset[str] = frozenset()  # scopes that it has home leases of, by its copy
    uses_max: dict[str, int] = field(default_factory=dict)  # of vouchers with a limit, by code hash


@dataclass(frozen=True)
class HqRows:
    """What HQ holds; `journal` and `postings` from a row on, the rest whole."""

    journal: list[HeldEntry]
    postings: list[tuple[str, int, str, str, int]]  # entry id, number, account, unit, amount
    members: dict[str, int]  # balance by reference
    devices: dict[str, tuple[int, str, int, bytes]]  # epoch, state, head's number and hash
    vouchers: dict[str, tuple[int, int]] = field(default_factory=dict)  # uses_max and uses by code hash
    documents: dict[str, int] = field(default_factory=dict)  # the newest version of each kind
    held: list[tuple[str, bytes]] = field(default_factory=list)  # why, and the push as it came
    cases: frozenset[str] = frozenset()
    words: dict[tuple[str, int, int], tuple[str, str]] = field(
        default_factory=dict
    )  # verdict and flags of the newest later word on an entry
    stops: dict[int, bytes] = field(default_factory=dict)  # lists of what is stopped, by version
    programs: dict[int, bytes] = field(default_factory=dict)  # by version
    devices_told: frozenset[tuple[str, int]] = (
        frozenset()
    )  # device and epoch, of cases that are about no entry
