"""HQ's words on entries: what became of each, and why a person should look at it."""

from enum import StrEnum


class Verdict(StrEnum):
    """HQ's word on an entry."""

    POSTED = "posted"
    FLAGGED = "posted_flagged"
    QUARANTINED = "quarantined"


class Flag(StrEnum):
    """Why an entry is an exception that a person must look at."""

    REPLAY_DIFFERS = "REPLAY_DIFFERS"  # the recorded facts give another decision: tampering or a bug
    COUPON_TWICE = "COUPON_TWICE"  # a voucher was used more often than it allows
    CODE_REPLAYED = "CODE_REPLAYED"  # a showing of a phone's code was redeemed with before, in another order
    OVERSPENT = "OVERSPENT"  # a member's points, or a campaign's limit, were not enough for it any more
    LEASE_EXCEEDED = "LEASE_EXCEEDED"  # by a lease that was used up, had ended, or was another's
    RULE_STALE = "RULE_STALE"  # decided after the program's version had expired
    KILLED_BEFORE = "KILLED_BEFORE"  # given though the station had heard that head office stopped it
    LATE = "LATE"  # given though head office had stopped it, which the station could not know yet
    CLOCK_SUSPECT = "CLOCK_SUSPECT"  # given by a clock that was wrong: at the right time it was not to be had
    UNKNOWN_TYPE = "UNKNOWN_TYPE"  # quarantined: this HQ does not know such entries
    UNPARSABLE = "UNPARSABLE"  # quarantined: the body is not what its type promises
    UNKNOWN_PROGRAM = "UNKNOWN_PROGRAM"  # quarantined: decided under a version that HQ does not hold
    ENTRY_ID_TAKEN = "ENTRY_ID_TAKEN"  # quarantined: another entry has this id already
    SELF_DEAL = "SELF_DEAL"  # points or value for the account of whoever stood at the till
    NO_SUCH_ORDER = "NO_SUCH_ORDER"  # quarantined: it undoes an order that HQ has not posted of this station
    UNDONE_TWICE = "UNDONE_TWICE"  # quarantined: it undoes what had come back already
    UNAPPROVED = "UNAPPROVED"  # undone without the manager whom it needed, or too late
    OFTEN_UNDONE = "OFTEN_UNDONE"  # by somebody who voids much of what they redeem
    REDEEMED_SINCE = (
        "REDEEMED_SINCE"  # undone, and what head office redeemed for it afterwards did not come back
    )
    PUNCHED_EARLY = "PUNCHED_EARLY"  # free by a punch card that was not complete by HQ's own count
    MEMBER_ERASED = "MEMBER_ERASED"  # of a member who had been erased before HQ heard of it
    PIN_LOCKED = "PIN_LOCKED"  # somebody's PIN was tried wrongly, as often as it can be
    STAFF_CHANGED = (
        "STAFF_CHANGED"  # a manager gave somebody an emergency PIN, or suspended them, at a station
    )
    STAFF_UNCHANGED = "STAFF_UNCHANGED"  # a manager tried to, and head office did not go along
    DATA_LACKS = (
        "DATA_LACKS"  # of a new member, what they said of themselves did not come, or can't be opened
    )
    DUPLICATE_MEMBER = (
        "DUPLICATE_MEMBER"  # of a new member, what is theirs was another's: phone, e-mail, number
    )
    OLD_EPOCH = "OLD_EPOCH"  # quarantined: saved out of the journal of an earlier epoch, and not held by HQ
