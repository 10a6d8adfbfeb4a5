"""What can go wrong at HQ that isn't a bug: each says it in words for people and knows its HTTP status.

Refusals of a push are values of the protocol and not here. `hq/web.py` turns these into RFC 9457 problems; the
commands print the message as it stands.
"""

from typing import Any


class HqFault(Exception):
    """HQ can't do what was asked. The message is a sentence for people."""

    status = 500
    kind = "fault"
    title = "HQ could not do this"

    def members(self) -> dict[str, Any]:
        """Return what the problem object says beyond the sentence."""
        return {}


class Busy(HqFault):
    """The database is held by others for longer than we wait, or too much is going on at once."""

    status = 503
    kind = "busy"
    title = "HQ is busy"
    retry_after_s = 2  # long enough for a large batch of another station to be through

    def __init__(self, sentence: str, *, retry_after_s: int | None = None) -> None:
        """Carry after how many seconds to ask again, where HQ knows better than the usual."""
        super().__init__(sentence)
        if retry_after_s is not None:
            self.retry_after_s = retry_after_s

    def members(self) -> dict[str, Any]:
        """See `HqFault.members`."""
        return {"retry_after_s": self.retry_after_s}


class NotSigned(HqFault):
    """A request whose signature is missing, wrong, repeated or of another time."""

    status = 401
    kind = "signature"
    title = "The request's signature was not accepted"

    def __init__(self, sentence: str, *, time_ms: int | None = None) -> None:
        """Carry HQ's time where the clock is the trouble, so that a station whose clock is wrong can still upload."""
        super().__init__(sentence)
        self.time_ms = time_ms

    def members(self) -> dict[str, Any]:
        """See `HqFault.members`."""
        return {} if self.time_ms is None else {"time_ms": self.time_ms}


class UnknownDevice(NotSigned):
    """A device that isn't in this database: of another HQ, or of a day that was lost."""

    kind = "unknown_device"
    title = "Head office does not know this station"


class ClientTooOld(HqFault):
    """A station whose program is too old for new facts. Its entries are taken in all the same."""

    status = 426
    kind = "client_too_old"
    title = "This station's program is too old"


class Revoked(HqFault):
    """This incarnation of the device may not ask for anything any more."""

    status = 403
    kind = "epoch_revoked"
    title = "This station was replaced or shut out"


class NotConfirmed(HqFault):
    """A person has yet to say that this is the machine that was meant: until then it gets nothing."""

    status = 403
    kind = "not_confirmed"
    title = "This station waits to be confirmed"


class TokenRefused(HqFault):
    """A pairing text or a link that is unknown, used or too old."""

    status = 410
    kind = "token_refused"
    title = "The pairing code was not accepted"


class Malformed(HqFault):
    """Bytes that aren't what the protocol promises."""

    status = 400
    kind = "malformed"
    title = "The request is not of the agreed form"


class TooLarge(HqFault):
    """More bytes than a request may have."""

    status = 413
    kind = "too_large"
    title = "The request is too large"


class TooSlow(HqFault):
    """A body that did not come to its end: most likely its line is cut, and nobody reads this."""

    status = 408
    kind = "too_slow"
    title = "The request took too long"


class NotHere(HqFault):
    """Nothing by that name."""

    status = 404
    kind = "not_found"
    title = "There is no such thing here"


class SetUpFault(HqFault):
    """HQ can't be made or opened: folder taken, database of another version, keys missing."""

    kind = "set_up"
    title = "HQ can't be opened"


class NotPossible(HqFault):
    """An order of staff that contradicts what stands: a store twice, a program version that isn't higher."""

    status = 409
    kind = "not_possible"
    title = "This is not possible"


class NotSignedIn(HqFault):
    """A request to the API or the console by nobody that HQ knows."""

    status = 401
    kind = "not_signed_in"
    title = "Nobody is signed in"


class Forbidden(HqFault):
    """Somebody whom HQ knows asks for what they have no right to."""

    status = 403
    kind = "forbidden"
    title = "This is not allowed"


class OverCeiling(Forbidden):
    """More than somebody may give without another's approval."""

    kind = "over_ceiling"
    title = "This needs another's approval"


class ChangedMeanwhile(HqFault):
    """Somebody else changed what was to be changed: `If-Match` names an older state."""

    status = 412
    kind = "changed_meanwhile"
    title = "Somebody changed this meanwhile"


class RepeatedOtherwise(HqFault):
    """An idempotency key that came before, with another request."""

    status = 422
    kind = "repeated_otherwise"
    title = "This idempotency key belongs to another request"


class TooMany(Busy):
    """One key or address asks more often than it may."""

    status = 429
    kind = "too_many"
    title = "Too many requests"
