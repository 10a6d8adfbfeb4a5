"""What this station did for a member since head office's figure: under whichever reference its entries name them.

Of members who were merged, entries from before name another reference than the one they have now.
"""

from app.store.store import StationStore


def own_sum(store: StationStore, kind: str, ref: str, *, after_seq: int) -> int:
    """Sum what entries after `after_seq` do to something of a member's."""
    refs = store.replica.aliases.refs_of(ref)
    return sum(store.journal.effect_sums(kind, refs, after_seq=after_seq).values())
