"""HQ's word on what time it is, signed for the one station that asked, by a number that it made up."""

from app.core.keyset import KeyUse
from hq.clock import FollowingClock
from hq.home import Hq
from hq.keysets.store import current_kid
from sync.protocol import SignedTime, time_message


def vouches_for_time(hq: Hq) -> bool:
    """Tell whether HQ's clock is its own. One that follows its stations, as in the demo, proves nothing to them."""
    return not isinstance(hq.clock, FollowingClock)


def sign_time(hq: Hq, nonce: str) -> SignedTime | None:
    """Return HQ's time now, signed; None where its clock is not its own."""
    if not vouches_for_time(hq):
        return None
    with hq.database.reading() as connection:
        kid = current_kid(connection, KeyUse.SIGN)
    ms = hq.clock.now_ms()
    return SignedTime(ms=ms, nonce=nonce, kid=kid, sig=hq.keys.sign(kid, time_message(nonce=nonce, ms=ms)))
