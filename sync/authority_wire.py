"""What station and HQ say to each other about offline authority: asking on line, and leases.

Asking: while a member waits a station asks HQ whether it may give what an order would use. HQ's yes is a reservation,
which the redemption's entry settles and which lapses by itself; an answer that is lost costs nothing.

Leases: shares of what a campaign or a reward may give, set aside at HQ for one device. Besides, the `holder` in a
member's or a voucher's row says which device may spend their points or uses by itself (the home store's): such a lease
holds for `HOME_LEASE_MS` after the moment that the replica speaks of. Scopes: see `app.core.authority.Lease`.
"""

from typing import Annotated, Protocol

from msgspec import Meta, field

from app.core.authority import HOME_LEASE_MS as HOME_LEASE_MS  # noqa: PLC0414 both ends have it from here
from sync.protocol import Count, DeviceId, Epoch, Wire

RESERVATION_MS = 15 * 60_000  # until a yes that no entry settled lapses
ASKED_MAX = 200  # things that an order would use: as many vouchers as a till takes, and some rules
LEASES_MAX = 1_000


Name = Annotated[str, Meta(max_length=80, pattern=r"\A[^\x00]*\Z")]
CodeHash = Annotated[str, Meta(max_length=32, pattern=r"\A[^\x00]*\Z")]
LeaseId = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z-]{1,40}\Z")]


class Asked(Wire, frozen=True, kw_only=True):
    """Something that an order would use: `name` is its redemption id, or the rule's id where it applies by itself.

    `discount` (minor units) is what the station has worked out; `points` the member would pay.
    """

    name: Name
    rule: Name
    campaign: Name
    code_hash: CodeHash = ""
    points: Count = 0
    discount: Count = 0


class AuthorizeRequest(Wire, frozen=True, kw_only=True):
    """May this order use these? `level` is how much the member's code proves."""

    epoch: Epoch
    order_id: Name
    member: Name | None
    level: Name
    program_version: Count
    asked: Annotated[list[Asked], Meta(max_length=ASKED_MAX)]
    total: Count = 0  # of the order's goods, in minor units


class Word(Wire, frozen=True, kw_only=True):
    """HQ's word on one of them.

    With a `reservation` it is a yes. With a `reason` (a code of `app.core.reasons`, and its numbers) a no. With neither
    HQ can't say now, since another device holds the right: the station goes by its own rights; HQ has called the other
    one's back, so that asking again in a minute may help.
    """

    name: str
    reservation: str = ""
    reason: str = ""
    numbers: dict[str, int | str] = field(default_factory=dict)


class AuthorizeAnswer(Wire, frozen=True, kw_only=True):
    """HQ's words, and its counters (see `app.core.limits`) for the campaigns asked for, as pairs.

    `balance` are the member's points at HQ without what is reserved; None where HQ doesn't know the member.
    """

    words: Annotated[list[Word], Meta(max_length=ASKED_MAX)]
    known: list[tuple[str, int]] = field(default_factory=list)
    balance: int | None = None
    until_ms: Count = 0  # of the reservations, by HQ's clock


class LeaseWire(Wire, frozen=True, kw_only=True):
    """A lease: `units` of a scope for one epoch of a device, from `from_ms` to `until_ms` (exclusive).

    `sig` is Ed25519 by HQ's sign key over `lease_message`.
    """

    lease_id: LeaseId
    scope: Annotated[str, Meta(max_length=120)]
    device: DeviceId
    epoch: Epoch
    units: Count
    from_ms: Count
    until_ms: Count
    kid: str
    sig: bytes


class LeaseRequest(Wire, frozen=True, kw_only=True):
    """What the station holds, with what is left of it; HQ answers with what it should hold beside.

    `shown` are leases that HQ asked to see: it was put back from a backup, and no longer knows that it gave them.
    """

    epoch: Epoch
    program_version: Count
    held: Annotated[list[tuple[LeaseId, Count]], Meta(max_length=LEASES_MAX)] = field(
        default_factory=list
    )  # with units left
    shown: Annotated[list[LeaseWire], Meta(max_length=LEASES_MAX)] = field(default_factory=list)


class LeaseAnswer(Wire, frozen=True, kw_only=True):
    """New leases, and those that are to be given back: by a `lease_close` entry.

    `show` names leases that HQ doesn't know: it wants to see them whole, in another request at once, and hands out
    nothing before.
    """

    leases: Annotated[list[LeaseWire], Meta(max_length=LEASES_MAX)]
    close: Annotated[list[str], Meta(max_length=LEASES_MAX)] = field(default_factory=list)
    show: Annotated[list[str], Meta(max_length=LEASES_MAX)] = field(default_factory=list)


class AuthorityProtocol(Protocol):
    """What a station asks of HQ about authority. Implemented as `HqProtocol` is."""

    def authorize(self, request: AuthorizeRequest) -> AuthorizeAnswer:
        """Say what an order may use, and reserve it."""
        ...

    def leases(self, request: LeaseRequest) -> LeaseAnswer:
        """Hand out shares of what may be given."""
        ...


def lease_message(lease: LeaseWire) -> bytes:
    """Return the bytes that HQ signs for a lease."""
    parts = (
        lease.lease_id,
        lease.scope,
        lease.device,
        lease.epoch,
        lease.units,
        lease.from_ms,
        lease.until_ms,
    )
    return b"TS-lease1\n" + "\n".join(map(str, parts)).encode("utf-8")
