"""The oracles of codes: none counts for more than it proves, and none is redeemed with twice in one place.

Whoever makes the codes of a world says what is true of each; the entries say what a station took it for.
"""

import json
from typing import NamedTuple

from tests.sim.claims import Memory
from tests.sim.reading import Content

NUMBER, SIGNED, LIVE = "A1", "A2", "A3"
FRESH_MS = 60_000
SLACK_MS = 5_000  # a scan is some moments older than its order


class Truth(NamedTuple):
    """What is true of a code that somebody shows, whatever it says of itself.

    `ref` is whose it is, "" of one that nobody issued; `proves` the most that it can prove. Of signed codes: the id of
    their key and from when until when they are good; of a phone's: when it was made, and what it is known by.
    """

    ref: str
    proves: str = ""
    kid: str = ""
    from_ms: int = 0
    until_ms: int = 0
    made_ms: int = 0
    nonce_hash: str = ""


class CodeOracles:
    """Holds what stations made of codes against what they were."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._shown: dict[str, Truth] = {}  # by the id of the order
        self._revoked: dict[str, frozenset[str]] = {}  # by station: keys that it knows to be
        self._known: dict[str, frozenset[str]] = {}  # by station: keys that it has
        self._spent: dict[
            str, dict[str, str]
        ] = {}  # by station: showings, and the order each was redeemed with

    def shows(self, order_id: str, truth: Truth) -> None:
        """Somebody holds this up for an order."""
        self._shown[order_id] = truth

    def holds_keys(self, station: str, body: bytes | None) -> None:
        """The set of keys that a station goes by, as HQ signed it."""
        keys = json.loads(body)["keys"] if body else []
        self._known[station] = frozenset(key["kid"] for key in keys)
        self._revoked[station] = frozenset(key["kid"] for key in keys if key["state"] == "revoked")

    def forget(self, station: str) -> None:
        """Its files are older ones, or a new epoch begins."""
        self._spent.pop(station, None)

    def copied(self, original: str, copy: str) -> None:
        self._spent[copy] = dict(self._spent.get(original, {}))

    def wrote(self, station: str, entry: Content) -> None:
        """An entry was written just now."""
        data = entry.data
        if entry.type == "order":
            self._counted(station, entry, self._shown.get(data["order_id"]))
        if entry.type in ("redeem", "refuse") and data["code_hash"]:
            is_right = data["level"] == NUMBER  # printed on paper
            self._memory.claim("I16", is_right, f"{entry.place} takes a voucher's number for {data['level']}")
        if entry.type == "redeem" and "shown" in data:
            spent = self._spent.setdefault(station, {})
            first = spent.setdefault(data["shown"]["nonce_hash"], data["order_id"])
            is_first = first == data["order_id"]
            self._memory.claim("I17", is_first, f"{entry.place} redeems with the code of order {first} again")

    def guessed(self, station: str, *, is_found: bool) -> None:
        """Somebody typed many numbers that nobody has, and then one that somebody has."""
        self._memory.claim("I16", not is_found, f"{station} goes on looking numbers up for who guesses")

    def _counted(self, station: str, entry: Content, truth: Truth | None) -> None:
        """The order names nobody, or whose code it was, and no level that the code did not prove."""
        member, t_eff = entry.data["member"], entry.data["t_eff"]
        if member is None:
            if truth is not None:
                is_right = not self._must_count(station, truth, t_eff)
                self._memory.claim("I16", is_right, f"{entry.place} does not know a good code: {truth}")
            return
        if truth is None:
            self._memory.claim("I16", member["level"] < SIGNED, f"{entry.place}: nobody showed {member}")
            return
        level = member["level"]
        says = f"{entry.place} at {t_eff} counts {truth} as {level} of {member['ref']}"
        self._memory.claim("I16", member["ref"] == truth.ref and level <= truth.proves, says)
        if level >= SIGNED:
            is_good = truth.from_ms <= t_eff < truth.until_ms + SLACK_MS
            is_good &= truth.kid not in self._revoked.get(station, ())
            self._memory.claim("I16", is_good, says)
        if level >= LIVE:
            is_fresh = abs(t_eff - truth.made_ms) <= FRESH_MS + SLACK_MS
            is_named = member.get("shown", {}).get("nonce_hash") == truth.nonce_hash
            self._memory.claim("I16", is_fresh and is_named, says)

    def _must_count(self, station: str, truth: Truth, t_eff: int) -> bool:
        """Tell whether a station has no reason to refuse a signed code."""
        if truth.proves < SIGNED or not truth.ref or station not in self._known:
            return False
        is_known = truth.kid in self._known[station] - self._revoked[station]
        is_good = is_known and truth.from_ms <= t_eff < truth.until_ms
        if truth.proves < LIVE:
            return is_good
        is_fresh = abs(t_eff - truth.made_ms) <= FRESH_MS - SLACK_MS
        return is_good and is_fresh and truth.nonce_hash not in self._spent.get(station, {})
