"""The oracles of what people do at tills and head office: each watches a part of it."""

from tests.sim.bound_oracles import BoundOracles
from tests.sim.claims import Memory
from tests.sim.code_oracles import CodeOracles
from tests.sim.own_oracles import OwnOracles
from tests.sim.pin_oracles import PinOracles
from tests.sim.privacy_oracles import PrivacyOracles
from tests.sim.reading import Content
from tests.sim.text_oracles import TextOracles


class PeopleOracles:
    """All of them, and what all have to hear."""

    def __init__(self, memory: Memory) -> None:
        self.codes = CodeOracles(memory)
        self.own = OwnOracles(memory)
        self.pins = PinOracles(memory)
        self.privacy = PrivacyOracles(memory)
        self.texts = TextOracles(memory)
        self.bounds = BoundOracles(memory)

    def wrote(self, station: str, entry: Content, body: bytes) -> None:
        """An entry was written just now."""
        self.privacy.written(f"{entry.place} of {station}", body)
        self.codes.wrote(station, entry)
        self.own.wrote(station, entry)
        self.texts.wrote(station, entry)
        self.bounds.wrote(station, entry)

    def forget(self, station: str) -> None:
        """Its files are older ones, or a new epoch begins."""
        self.codes.forget(station)
        self.pins.forget(station)
        self.privacy.forget(station)
        self.bounds.forget(station)

    def copied(self, original: str, copy: str) -> None:
        """Another machine has all that one had."""
        self.codes.copied(original, copy)
        self.pins.copied(original, copy)
        self.bounds.copied(original, copy)
