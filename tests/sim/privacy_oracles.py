"""The oracles of personal data: where it must never be, and where it must be no more once somebody is erased.

Names, PINs and numbers of a world have marks in them. What is looked at comes as bytes, from wherever it lay.
"""

from tests.sim.claims import Memory

PLAIN_DATABASE = b"SQLite format 3"


class PrivacyOracles:
    """Looks for the marks."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._marks: tuple[bytes, ...] = ()
        self._erased: dict[str, bytes] = {}  # by reference: the word that was in no other's name
        self._looked: dict[str, int] = {}  # by whose files: how many were erased when they were looked at

    def watches(self, *marks: str) -> None:
        """What stands in every name, PIN and number."""
        self._marks = tuple(mark.encode() for mark in marks)

    def written(self, where: str, content: bytes) -> None:
        """Something was written, or asked for, that should name nobody."""
        found = [mark.decode() for mark in self._marks if mark in content]
        self._memory.claim("I19", not found, f"{where} has {found}")

    def lies(self, where: str, files: dict[str, bytes]) -> None:
        """The files of a station, as they lie on its disk: databases are no use without their key."""
        plain = [name for name, content in files.items() if content.startswith(PLAIN_DATABASE)]
        self._memory.claim("I19", not plain, f"{where}: anybody can read {plain}")
        names = self._marks[:1]
        found = [name for name, content in files.items() if any(mark in content for mark in names)]
        self._memory.claim("I19", not found, f"{where} has names in {found}")

    def erases(self, ref: str, word: str) -> None:
        """Head office has erased a member; nobody else's name has this word in it."""
        self._erased[ref] = word.encode()

    def wants_to_look(self, where: str) -> bool:
        """Tell whether somebody was erased since the files there were looked at."""
        return self._looked.get(where, 0) < len(self._erased)

    def forget(self, where: str) -> None:
        """The files there are others now."""
        self._looked.pop(where, None)

    def is_clean(self, where: str, files: dict[str, bytes]) -> None:
        """The bytes of files, with what their databases no longer use, that should hold nobody who was erased."""
        self._looked[where] = len(self._erased)
        for ref, word in self._erased.items():
            found = [name for name, content in files.items() if word in content]
            self._memory.claim("I22", not found, f"{where} still has member {ref} in {found}")
