"""The seam between station and HQ: wire types, version, and `HqProtocol`, which both ends implement.

`HttpHq` (sync/client.py) speaks it over HTTP; `DeviceSession` (hq/service.py) does it on HQ's database. One contract
suite runs against both. docs/protocol.md describes the same for people who write the third implementation.

Binary values travel as standard base64 with padding (RFC 4648 §4). Times are milliseconds since 1970 in UTC.
Unknown fields are ignored, so that an older end keeps working with a newer one. Words that may grow (a verdict, what a
row is about and what happens to it) are texts here: an unknown one is kept or skipped and never ends a sync.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol

from msgspec import Meta, Struct

from app.core import signed_messages
from app.core.canonical import INTEGER_MAX
from app.core.chain import HASH_SIZE
from app.core.personal import BOX_BYTES_MAX
from app.core.verdicts import Flag as Flag  # noqa: PLC0414 both ends have the words of the wire from here
from app.core.verdicts import Verdict as Verdict  # noqa: PLC0414

# The framing described here; 2 brought verdicts in the feed, and rows and words that may be skipped
PROTO = 2
PROTO_OLDEST = PROTO - 2  # whose pushes HQ still takes in: this program's, and those of the two before
SCHEMA = 1  # the form of journal entries and replica rows
# The oldest framing whose stations may still be given new facts; what they did is taken in even so
MIN_CLIENT = 0
BATCH_ENTRIES_MAX = 500  # at HQ's measured pace a batch of this size still answers within a second
# Raw; a slow line (64 kbit/s) needs two minutes for it, compressed about half a minute
BATCH_BYTES_MAX = 1 << 20
CHANGES_ROWS_MAX = 2_000  # rows of a page of changes; each page that reaches the end is a checkpoint
CHANGES_ROWS_BEHIND = 8_000  # rows of a page for a station that does not get to the end by such pages
# Of one document, beside its first: each costs a station that checks it a tenth of a millisecond
SIGNATURES_MAX = 16
DocumentKind = Literal["program", "keyset", "stops", "brand"]
SIGNATURE_HEADER = "Tillside-Signature"  # device=…;epoch=…;time=…;nonce=…;sig=<base64>
PUBLIC_KEY_SIZE, SIGNATURE_SIZE = 32, 64  # of Ed25519, and the first of X25519 too
CLOCK_WINDOW_MS = 5 * 60_000  # how far a signed request's time may lie from HQ's

# Both ends have these from here.
document_message, manifest_message = signed_messages.document_message, signed_messages.manifest_message
request_message, enrol_message = signed_messages.request_message, signed_messages.enrol_message
time_message = signed_messages.time_message

Count = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]  # what a station believes must fit into its database too
Whole = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]  # what canonical JSON can hold
Epoch = Annotated[int, Meta(ge=0, lt=1 << 31)]
DeviceId = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z_-]{1,40}\Z")]  # it goes into hashes, headers and paths


class Wire(Struct, frozen=True, kw_only=True):
    """What travels: as JSON by `msgspec.json`, which checks every type and writes bytes as Base64."""


class Signature(Wire, frozen=True, kw_only=True):
    """A further signature of a document, by another of HQ's keys."""

    kid: str
    sig: bytes


class SignedDocument(Wire, frozen=True, kw_only=True):
    """Bytes that HQ vouches for: a program version, the set of its keys, or the list of what is stopped.

    `sig` is Ed25519 over `"TS-doc1" | u8 length | kind | u64be version | body`; a lower version than one
    seen before is refused even if it is signed. `also` holds the same by further keys: the set of keys that names a
    new root key is signed by the old root and the new one, a program that outlived its key by a newer key too.
    """

    kind: DocumentKind
    version: Count
    kid: str
    sig: bytes
    body: bytes
    also: Annotated[list[Signature], Meta(max_length=SIGNATURES_MAX)] = []

    @property
    def signatures(self) -> list[Signature]:
        """All signatures, that of the key named first in front."""
        return [Signature(kid=self.kid, sig=self.sig), *self.also]


class SealedPepper(Wire, frozen=True, kw_only=True):
    """What the PINs of a store rest on, sealed to the box key of the device that asks (app/core/sealed.py)."""

    box: bytes


class HeadWire(Wire, frozen=True, kw_only=True):
    """The device's signed head after the entries of a push."""

    seq: Count
    hash: Annotated[bytes, Meta(min_length=HASH_SIZE, max_length=HASH_SIZE)]
    sig: Annotated[bytes, Meta(min_length=SIGNATURE_SIZE, max_length=SIGNATURE_SIZE)]


class ClockWire(Wire, frozen=True, kw_only=True):
    """What the device's clock says, for HQ to compare. With a `nonce` it asks HQ to sign its own time."""

    wall_ms: Whole
    boot_ms: Whole
    nonce: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z_-]{0,64}\Z")] = ""


class SignedTime(Wire, frozen=True, kw_only=True):
    """HQ's time at the answer, signed for the one who asked.

    `sig` is Ed25519 by HQ's sign key over `"TS-time1" | u8 length | nonce | u64be ms`.
    """

    ms: Count
    nonce: str
    kid: str
    sig: bytes


class Box(Wire, frozen=True, kw_only=True):
    """What a new member said, sealed to HQ's box key `kid` (app/core/personal.py); their `enrol` entry has its hash."""

    member: Annotated[str, Meta(pattern=r"\A[0-9A-Z]{13}\Z")]
    kid: Annotated[str, Meta(pattern=r"\Ab[1-9][0-9]{0,3}\Z")]
    box: Annotated[bytes, Meta(max_length=BOX_BYTES_MAX)]


class BoxWord(StrEnum):
    """HQ's word on a box; behind each of them the station forgets it. Of what HQ can't say yet there is no word."""

    KEPT = "kept"
    UNREADABLE = (
        "unreadable"  # not what the entry names, or it does not open: the data are lost, and a case says so
    )
    ERASED = "erased"  # the member was erased meanwhile


class BoxAnswer(Wire, frozen=True, kw_only=True):
    """What became of the box of a member."""

    member: str
    word: str  # a `BoxWord`, or a later HQ's, which changes nothing


class PushRequest(Wire, frozen=True, kw_only=True):
    """Entries `from_seq`…`head.seq`, whole and in order; with none of them it is a heartbeat."""

    proto: Whole = PROTO
    schema_version: Whole = SCHEMA
    epoch: Epoch
    boot: bytes
    sw: str
    from_seq: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    prev_hash: Annotated[bytes, Meta(min_length=HASH_SIZE, max_length=HASH_SIZE)]
    entries: Annotated[list[bytes], Meta(max_length=BATCH_ENTRIES_MAX)]
    head: HeadWire
    clock: ClockWire
    pull_cursor: Whole = 0
    program_version: Whole = 0
    wiped: bool = False  # the last word of a station that erased itself because HQ asked for it
    standing: str = (
        ""  # how the station stands by its own word (`Standing`); HQ opens a case where people must look
    )
    rows_skipped: Whole = 0  # rows of the feed that this station could not use since it last said so
    stops_version: Count = 0  # of the list of what is stopped, as this station goes by it
    # How many entries wait behind those sent here, and since when by the machine's clock
    behind: Count = 0
    behind_since_ms: Count = 0
    # Of the `enrol` entries sent here, and of earlier ones on which HQ has said no word yet.
    boxes: Annotated[list[Box], Meta(max_length=BATCH_ENTRIES_MAX)] = []


class Result(Wire, frozen=True, kw_only=True):
    """The verdict on one entry; `case` names the exception that a person decides."""

    seq: Count
    verdict: str  # a `Verdict`, or a later HQ's word: for a person to look at
    codes: list[str] = []
    case: str | None = None


class PushAnswer(Wire, frozen=True, kw_only=True):
    """Stored durably up to `acked_seq`, whose hash HQ names so that a wrong HQ can't pass for a good one."""

    acked_seq: Count
    acked_hash: bytes
    hq_incarnation: str
    results: list[Result]
    time_ms: Count  # what `time` says, for stations that don't know of it
    retry_after_s: Count = 0
    time: SignedTime | None = None  # where the request had a nonce and HQ's clock is its own
    # HQ's newest, so that a long upload doesn't keep a station from hearing of a revoked key or of what is stopped.
    keyset_version: Count = 0
    program_version: Count = 0
    stops_version: Count = 0
    boxes: Annotated[list[BoxAnswer], Meta(max_length=BATCH_ENTRIES_MAX)] = []


class PushRefusalKind(StrEnum):
    """The few things that may stop a queue. A business rule never does."""

    GAP = "gap"  # HQ has less than the device thinks: resend from `expect`
    FORK = "fork"  # HQ holds another entry under this number: a cloned or restored device
    CHAIN = "chain"  # the hashes or the head's signature do not hold: nothing was stored
    EPOCH_REVOKED = "epoch_revoked"  # this incarnation of the device may not post any more
    NOT_CONFIRMED = "not_confirmed"  # nobody at HQ has said yet that this is the machine: nothing was stored


class PushRefusal(Wire, frozen=True, kw_only=True):
    """HQ did not post the batch; what the device does next depends on the kind.

    `kept_seq`: of a fork or a revoked epoch the entries of this batch up to here are kept aside for people, and none of
    them has to be sent again; 0 also where HQ doesn't hold what comes before the batch. `wipe`: erase everything, but
    not before all entries are kept.
    """

    kind: PushRefusalKind
    expect: Count = 0
    hash: bytes = b""
    detail: str = ""
    kept_seq: Count = 0
    wipe: bool = False
    stops_version: Count = 0  # of HQ's newest list: who may not post still has to obey it


class SnapshotFile(Wire, frozen=True, kw_only=True):
    """A file of the snapshot, to be checked by its hash after download."""

    name: str
    sha256: str
    size: Count


class Manifest(Wire, frozen=True, kw_only=True):
    """What a station needs to begin anew: the snapshot of its scope and where the feed goes on from there."""

    set_id: str  # another one means: HQ was restored or moved, take the snapshot anew
    version: int = 1
    as_of_ms: Count
    cursor: Count
    included_seq: Count
    included_epoch: int = 1  # `included_seq` is a number of this epoch's
    schema_version: int = SCHEMA
    min_client: int = 0  # a station of an older framing leaves its replica as it is
    files: list[SnapshotFile]
    keyset_version: Count = 0  # HQ's newest, to be fetched before the files
    program_version: Count = 0
    stops_version: Count = 0


class SignedManifest(Wire, frozen=True, kw_only=True):
    """A `Manifest` as JSON, signed: `sig` is Ed25519 by HQ's sign key over `"TS-manifest1" | body`.

    Bytes are signed and not fields, so that what only a newer HQ puts in is signed too and harms nobody.
    """

    kid: str
    sig: bytes
    body: bytes


class Row(Wire, frozen=True, kw_only=True):
    """One fact of HQ's as it stands.

    `member` by its reference, `voucher` by its code hash, `staff` by their ids, or `verdict` (a later word
    on an entry) by `<device>:<epoch>:<seq>`.
    """

    t: str
    op: str = "put"  # or "del"
    k: str
    v: dict[str, Any] | None = None


class Changes(Wire, frozen=True, kw_only=True):
    """The rows after a cursor. Only with `checkpoint` do cursor, moment and `included_seq` move on the station."""

    rows: list[Row]
    next: Count
    checkpoint: bool
    as_of_ms: Count
    included_seq: Count
    included_epoch: int = 1  # `included_seq` is a number of this epoch's
    set_id: str
    program_version: Count
    keyset_version: Count
    stops_version: Count = 0
    brand_version: Count = 0
    min_client: int = 0
    # From then on it is to be `next_client`: by then a station of an older framing needs a newer program
    next_client: int = 0
    update_by_ms: Count = 0


class MustRefetch(Wire, frozen=True, kw_only=True):
    """The cursor is too old or belongs to another set: take the snapshot."""

    set_id: str


class Health(Wire, frozen=True, kw_only=True):
    """HQ lives."""

    ok: bool
    hq_incarnation: str
    time_ms: Count


class HqProtocol(Protocol):
    """What a station asks of HQ. Implemented over HTTP and directly on HQ's database.

    Faults (no network, HQ overloaded, not HQ at all) are exceptions of `sync.faults`; refusals are values.
    """

    def health(self) -> Health:
        """Tell that HQ lives."""
        ...

    def push(self, request: PushRequest) -> PushAnswer | PushRefusal:
        """Store entries durably and judge them; the same entries again are no harm."""
        ...

    def document(self, kind: DocumentKind) -> SignedDocument:
        """Return the newest program, set of keys, or list of what is stopped."""
        ...

    def keyset(self, version: int) -> SignedDocument:
        """Return one version of the set of keys, for a station that follows a change of the root key."""
        ...

    def manifest(self) -> SignedManifest:
        """Describe a snapshot of this device's scope, made now."""
        ...

    def snapshot(self, name: str) -> bytes:
        """Return a snapshot file: zstd-compressed lines, each a JSON object of columns and rows (docs/protocol.md)."""
        ...

    def pepper(self) -> SealedPepper:
        """Return the pepper of this device's store; a fault where it has none."""
        ...

    def changes(self, *, cursor: int, set_id: str, limit: int = CHANGES_ROWS_MAX) -> Changes | MustRefetch:
        """Return what changed in this device's scope after `cursor`."""
        ...
