"""What kinds, channels, states and outcomes of matters are called."""

from collections.abc import Mapping

from hq.console.texts import N_
from hq.members.matters import Channel, MatterKind, MatterState, Outcome

KINDS: Mapping[str, str] = {
    MatterKind.QUESTION: N_("Question"),
    MatterKind.COMPLAINT: N_("Complaint"),
    MatterKind.REQUEST: N_("Request"),
    MatterKind.PRAISE: N_("Praise"),
}
CHANNELS: Mapping[str, str] = {
    Channel.COUNTER: N_("At the counter"),
    Channel.PHONE: N_("By phone"),
    Channel.EMAIL: N_("By e-mail"),
    Channel.LETTER: N_("By letter"),
    Channel.OTHER: N_("In another way"),
}
STATES: Mapping[str, tuple[str, str]] = {  # the word, and the colour beside it
    MatterState.OPEN: (N_("open"), "warn"),
    MatterState.WAITING: (N_("waits"), "queued"),
    MatterState.CLOSED: (N_("closed"), "ok"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.SOLVED: N_("Solved"),
    Outcome.MADE_GOOD: N_("Made good"),
    Outcome.DECLINED: N_("Declined"),
    Outcome.NO_ANSWER: N_("No answer came"),
}
CHANGED: Mapping[str, str] = {
    "kind": N_("What it is"),
    "owner": N_("Looked after by"),
    "state": N_("State"),
    "outcome": N_("How it ended"),
    "order": N_("Order"),
}
