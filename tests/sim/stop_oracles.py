"""The oracle of what head office stopped: whoever has heard of it gives nothing of it, and refuses nothing else for it.

What a station has heard it has heard for ever, through restarts, power cuts and new epochs; only somebody's hand on its
files makes it forget.
"""

import json
from typing import NamedTuple

from tests.sim.claims import Memory
from tests.sim.reading import Content

HELD = "stops"  # the list that a station goes by, among its versions


class Listed(NamedTuple):
    """One thing that a list stops, perhaps only under versions of the program before one."""

    what: str
    before: int | None


class StopOracles:
    """Follows HQ's lists, and which of them each station has heard of."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._lists: dict[int, frozenset[Listed]] = {}
        self._heard: dict[str, int] = {}  # by station: the newest list that it must obey
        self._held: dict[str, int] = {}
        self._denied: set[str] = set()  # what head office refused to the order that was written last

    def published(self, lists: dict[int, bytes]) -> None:
        """HQ's lists, as it signed them: no version is ever said of two, also by a restored HQ."""
        for version, body in lists.items():
            listed = frozenset(
                Listed(each["what"], each.get("before_program")) for each in json.loads(body)["stops"]
            )
            known = self._lists.setdefault(version, listed)
            self._memory.claim("I12", listed == known, f"HQ's list {version} of what is stopped is another")

    def stands(self, station: str, versions: dict[str, int]) -> None:
        """What a station goes by, after a start or a sync."""
        self._held[station] = versions.get(HELD, 0)
        self._heard[station] = max(self._heard.get(station, 0), self._held[station])

    def forget(self, station: str) -> None:
        """Its files are older ones."""
        self._heard.pop(station, None)

    def wrote(self, station: str, entry: Content) -> None:
        """An entry was written just now."""
        if entry.type == "order":
            denied = entry.data.get("authority", {}).get("denied", ())
            self._denied = {name for name, _ in denied}
        if entry.type == "refuse" and entry.data["redemption_id"] in self._denied:
            return  # by head office's word on this order, whatever list the station has
        heard, held = self._heard.get(station, 0), self._held.get(station, 0)
        words, is_refused = given_by(entry), False
        if not words and entry.type == "refuse":
            is_refused = any(reason["code"] == "stopped" for reason in entry.data["reasons"])
            words = words_of_redemption(entry)
        if words and (heard or is_refused):
            stopped = words & (
                self._stopped(heard, entry) | (self._stopped(held, entry) if is_refused else set())
            )
            is_right = bool(stopped) == is_refused
            self._memory.claim(
                "I14", is_right, f"{station} by list {heard}: {entry.type} {entry.place}, {stopped}"
            )

    def was_ever_stopped(self, entry: Content) -> bool:
        """Whether any list ever stopped something that an entry gave."""
        ever = {each.what for listed in self._lists.values() for each in listed}
        return not given_by(entry).isdisjoint(ever)

    def _stopped(self, version: int, entry: Content) -> set[str]:
        program = entry.data["program_version"]
        listed = self._lists.get(version, frozenset())
        return {each.what for each in listed if each.before is None or program < each.before}


def given_by(entry: Content) -> set[str]:
    """Return what could have stopped an entry from giving what it gave; nothing where it gave nothing."""
    data = entry.data
    if entry.type == "redeem":
        return words_of_redemption(entry)
    if entry.type != "order" or not (data["campaigns"] or data["points"]):
        return set()
    words = {"program"} | ({f"member:{data['member']['ref']}"} if data["member"] else set())
    for applied in data["campaigns"]:
        words |= {f"campaign:{applied['campaign']}", f"rule:{applied['rule']}"}
    return words


def words_of_redemption(entry: Content) -> set[str]:
    """Return what can stop a redemption."""
    data = entry.data
    words = {"program", f"campaign:{data['campaign']}", f"rule:{data['rule']}"}
    words |= {f"member:{data['member']}"} if data["member"] else set()
    return words | ({f"code:{data['code_hash']}"} if data["code_hash"] else set())
