"""The seam between station and HQ: wire types, version, and `HqProtocol`, which both ends implement.

`HttpHq` (sync/client.py) speaks it over HTTP; `DeviceSession` (hq/service.py) does it on HQ's database. One contract
suite runs against both. docs/protocol.md describes the same for people who write the third implementation.

Binary values travel as standard base64 with padding (RFC 4648 §4). Times are milliseconds since 1970 in UTC.
Unknown fields are ignored, so that an older end keeps working with a newer one.
"""

from base64 import b64decode, b64encode
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from app.core.canonical import INTEGER_MAX
from app.core.chain import NONCE_SIZE

PROTO = 1  # the framing described here
SCHEMA = 1  # the form of journal entries and replica rows
BATCH_ENTRIES_MAX = 500  # at HQ's measured pace a batch of this size still answers within a second
BATCH_BYTES_MAX = (
    1 << 20
)  # raw; a slow line (64 kbit/s) needs two minutes for it, compressed about half a minute
CHANGES_ROWS_MAX = 2000  # rows of a page of changes; each page that reaches the end is a checkpoint
SIGNATURE_HEADER = "Tillside-Signature"  # device=…;epoch=…;time=…;nonce=…;sig=<base64>
CLOCK_WINDOW_MS = 5 * 60_000  # how far a signed request's time may lie from HQ's


def _bytes_in(value: Any) -> Any:
    return b64decode(value, validate=True) if isinstance(value, str) else value


def _bytes_out(value: bytes) -> str:
    return b64encode(value).decode("ascii")


Base64 = Annotated[bytes, BeforeValidator(_bytes_in), PlainSerializer(_bytes_out, when_used="json")]
Count = Annotated[int, Field(ge=0, le=INTEGER_MAX)]  # what a station believes must fit into its database too
DeviceId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,40}$")]  # it goes into hashes, headers and paths


class Wire(BaseModel):
    """What travels: frozen, and lenient with fields that a newer end may add."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Verdict(StrEnum):
    """HQ's word on an entry."""

    POSTED = "posted"
    FLAGGED = "posted_flagged"
    QUARANTINED = "quarantined"


class Flag(StrEnum):
    """Why an entry is an exception that a person must look at."""

    REPLAY_DIFFERS = "REPLAY_DIFFERS"  # the recorded facts give another decision: tampering or a bug
    COUPON_TWICE = "COUPON_TWICE"  # a voucher was used more often than it allows
    RULE_STALE = "RULE_STALE"  # decided after the program's version had expired
    UNKNOWN_TYPE = "UNKNOWN_TYPE"  # quarantined: this HQ does not know such entries
    UNPARSABLE = "UNPARSABLE"  # quarantined: the body is not what its type promises
    UNKNOWN_PROGRAM = "UNKNOWN_PROGRAM"  # quarantined: decided under a version that HQ does not hold
    ENTRY_ID_TAKEN = "ENTRY_ID_TAKEN"  # quarantined: another entry has this id already


class SignedDocument(Wire):
    """Bytes that HQ vouches for: a program version or the set of its keys.

    `sig` is Ed25519 over `"TS-doc1" | u8 length | kind | u64be version | body`; a lower version than one
    seen before is refused even if it is signed.
    """

    kind: Literal["program", "keyset"]
    version: Count
    kid: str
    sig: Base64
    body: Base64


class StoreFacts(Wire):
    """The shop a device stands in."""

    store_id: str
    name: str
    time_zone: str
    currency: str


class EnrolRequest(Wire):
    """A new device introduces itself. `proof` is its signature over `"TS-enrol" | token | sign_pub | box_pub`."""

    proto: int = PROTO
    token: str
    sign_pub: Base64  # Ed25519, 32 bytes
    box_pub: Base64  # X25519, 32 bytes
    proof: Base64
    hw: str = ""
    sw: str = ""


class EnrolAnswer(Wire):
    """What a device is from now on."""

    device_id: DeviceId
    epoch: Annotated[int, Field(ge=1, lt=1 << 32)]
    store: StoreFacts
    nonce: Annotated[
        Base64, Field(min_length=NONCE_SIZE, max_length=NONCE_SIZE)
    ]  # 32 bytes, into the first hash of its chain
    keyset: SignedDocument
    hq_incarnation: str


class HeadWire(Wire):
    """The device's signed head after the entries of a push."""

    seq: int
    hash: Base64
    sig: Base64


class ClockWire(Wire):
    """What the device's clock says, for HQ to compare."""

    wall_ms: int
    boot_ms: int


class PushRequest(Wire):
    """Entries `from_seq`…`head.seq`, whole and in order; with none of them it is a heartbeat."""

    proto: int = PROTO
    schema_version: int = SCHEMA
    epoch: int
    boot: Base64
    sw: str
    from_seq: int
    prev_hash: Base64
    entries: list[Base64] = Field(max_length=BATCH_ENTRIES_MAX)
    head: HeadWire
    clock: ClockWire
    pull_cursor: int = 0
    program_version: int = 0


class Result(Wire):
    """The verdict on one entry; `case` names the exception that a person decides."""

    seq: Count
    verdict: Verdict
    codes: list[str] = []
    case: str | None = None


class PushAnswer(Wire):
    """Stored durably up to `acked_seq`, whose hash HQ names so that a wrong HQ can't pass for a good one."""

    acked_seq: Count
    acked_hash: Base64
    hq_incarnation: str
    results: list[Result]
    time_ms: Count
    retry_after_s: Count = 0


class PushRefusalKind(StrEnum):
    """The few things that may stop a queue. A business rule never does."""

    GAP = "gap"  # HQ has less than the device thinks: resend from `expect`
    FORK = "fork"  # HQ holds another entry under this number: a cloned or restored device
    CHAIN = "chain"  # the hashes or the head's signature do not hold: nothing was stored
    EPOCH_REVOKED = "epoch_revoked"  # this incarnation of the device may not post any more


class PushRefusal(Wire):
    """HQ did not store the batch; what the device does next depends on the kind."""

    kind: PushRefusalKind
    expect: Count = 0
    hash: Base64 = b""
    detail: str = ""


class SnapshotFile(Wire):
    """A file of the snapshot, to be checked by its hash after download."""

    model_config = ConfigDict(extra="allow")

    name: str
    sha256: str
    size: Count


class Manifest(Wire):
    """What a station needs to begin anew: the snapshot of its scope and where the feed goes on from there.

    `sig` is HQ's signature over `"TS-manifest1" | body` where body is the canonical JSON of the other fields. Fields
    that only a newer HQ knows are kept, here and in the files: it has signed them too.
    """

    model_config = ConfigDict(extra="allow")

    set_id: str  # another one means: HQ was restored or moved, take the snapshot anew
    version: int = 1
    as_of_ms: Count
    cursor: Count
    included_seq: Count
    schema_version: int = SCHEMA
    files: list[SnapshotFile]
    kid: str = ""
    sig: Base64 = b""


class Row(Wire):
    """One fact of HQ's as it stands: `member` by its reference or `voucher` by its code hash."""

    t: str
    op: Literal["put", "del"] = "put"
    k: str
    v: dict[str, Any] | None = None


class Changes(Wire):
    """The rows after a cursor. Only with `checkpoint` do cursor, moment and `included_seq` move on the station."""

    rows: list[Row]
    next: Count
    checkpoint: bool
    as_of_ms: Count
    included_seq: Count
    set_id: str
    program_version: Count
    keyset_version: Count
    verdicts: list[Result] = []  # later changes of verdicts on this device's entries


class MustRefetch(Wire):
    """The cursor is too old or belongs to another set: take the snapshot."""

    set_id: str


class Health(Wire):
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

    def document(self, kind: Literal["program", "keyset"]) -> SignedDocument:
        """Return the newest program or set of keys."""
        ...

    def manifest(self) -> Manifest:
        """Describe a snapshot of this device's scope, made now."""
        ...

    def snapshot(self, name: str) -> bytes:
        """Return a snapshot file: zstd-compressed lines, each a JSON object of columns and rows (docs/protocol.md)."""
        ...

    def changes(self, *, cursor: int, set_id: str, limit: int = CHANGES_ROWS_MAX) -> Changes | MustRefetch:
        """Return what changed in this device's scope after `cursor`."""
        ...


class EnrolProtocol(Protocol):
    """What a device asks before it has an identity: first who HQ is, and only then to be taken in."""

    def keyset(self) -> SignedDocument:
        """Return HQ's set of keys, which holds nothing secret."""
        ...

    def enrol(self, request: EnrolRequest) -> EnrolAnswer | None:
        """Turn a one-time token into a device; None when the token is unknown, used or too old."""
        ...


def document_message(*, kind: str, version: int, body: bytes) -> bytes:
    """Return the bytes that HQ signs for a document."""
    name = kind.encode("ascii")
    return b"TS-doc1" + len(name).to_bytes(1, "big") + name + version.to_bytes(8, "big") + body


def enrol_message(*, token: str, sign_pub: bytes, box_pub: bytes) -> bytes:
    """Return the bytes a new device signs to prove that it holds the keys it shows."""
    return b"TS-enrol" + token.encode("ascii") + sign_pub + box_pub


def request_message(
    *, method: str, target: str, body_sha256: bytes, device_id: str, epoch: int, time_ms: int, nonce: str
) -> bytes:
    """Return the bytes a device signs for each request; `target` is the path with its query."""
    parts = (method, target, body_sha256.hex(), device_id, str(epoch), str(time_ms), nonce)
    return b"TS-req1\n" + "\n".join(parts).encode("utf-8")


def manifest_message(body: bytes) -> bytes:
    """Return the bytes that HQ signs for a manifest; `body` is the canonical JSON of its fields but `kid` and `sig`."""
    return b"TS-manifest1" + body
