"""What this station did for a member since head office's figure: under whichever reference its entries name them.

Of members who were merged, entries from before name another reference than the one they have now.
"""

from collections.abc import Sequence

from app.store.store import StationStore


def own_sums(store: StationStore, kinds: Sequence[str], ref: str, *, after_seq: int) -> list[int]:
    """Sum what entries after `after_seq` do to things of a member's, each kind by itself."""
    refs = store.replica.aliases.refs_of(ref)
    return [sum(store.journal.effect_sum(kind, each, after_seq=after_seq) for each in refs) for kind in kinds]


def own_sum(store: StationStore, kind: str, ref: str, *, after_seq: int) -> int:
    """Sum what they do to one thing of a member's."""
    return own_sums(store, [kind], ref, after_seq=after_seq)[0]
