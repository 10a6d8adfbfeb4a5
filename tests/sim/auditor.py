"""The auditor: told what was seen, handed what the databases hold, and sure of nothing else.

It has a model of its own and imports nothing of ours. Each comparison counts for an invariant; what doesn't hold is
kept with its detail. It neither knows nor asks what the world did to the stations, beyond what somebody standing in the
shop would know: a folder was replaced by an older one, a device was revoked, a file was touched.
"""

from collections.abc import Sequence
from itertools import count

from tests.sim.budget_oracles import Asked, Known
from tests.sim.claims import Memory, Shown
from tests.sim.clock_oracles import ClockOracles, latest_time
from tests.sim.exposure_oracles import figures_of, hold_exposure
from tests.sim.figure_oracles import hold_figures
from tests.sim.hq_oracles import HqBooks
from tests.sim.people_oracles import PeopleOracles
from tests.sim.reading import (
    Chain,
    Content,
    Place,
    carried_by,
    genesis,
    is_signed,
    next_hash,
    read,
)
from tests.sim.rightful import Rightful
from tests.sim.rights_oracles import RightsOracles
from tests.sim.rows import Exposed, Facts, FileEntry, HqRows, StationRows
from tests.sim.standing_oracles import StandingOracles
from tests.sim.stop_oracles import StopOracles
from tests.sim.syncing_oracles import Synced
from tests.sim.taking import LeaseRow, Promise, read_rules
from tests.sim.version_oracles import VersionOracles


class Auditor:
    """Watches one world from its beginning to its end."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.stops = StopOracles(self.memory)
        self.known = Known()
        self.rights = RightsOracles(self.memory, self.known)
        self.rightful = Rightful(self.known)
        self._was_restored = False
        self.clocks = ClockOracles(self.memory)
        self.versions = VersionOracles(self.memory)
        self.standing = StandingOracles(self.memory)
        self.people = PeopleOracles(self.memory)
        self.books = HqBooks(self.memory, self.stops, self.people.own, self.known)
        self._signed: set[tuple[Chain, int, bytes, bytes]] = set()  # heads whose signature was checked once
        self._checkpoints: dict[tuple[str, str, int], Facts] = {}  # HQ's facts by store and place in its feed
        self._seen: dict[str, StationRows] = {}  # each station as it was last

    # What somebody in the shop or at head office sees.

    def enrolled(self, chain: Chain, *, nonce: bytes, key: bytes) -> None:
        self.memory.owners[chain] = nonce, key

    def answered(self, station: str, place: Place, order_id: str) -> None:
        """An answer was shown. Asked again, a station names the same entry."""
        earlier = [shown for shown in self.memory.shown[station] if shown.order_id == order_id]
        for shown in earlier:
            is_same = shown.place == place or shown.place in self.memory.destroyed
            self.memory.claim("I3", is_same, f"order {order_id} is {shown.place}, and now {place}")
        self.memory.shown[station].append(Shown(place, order_id))

    def acknowledged(self, chain: Chain, seq: int, digest: bytes) -> None:
        """HQ's own answer, whether or not it arrived."""
        self.memory.named[chain].add((seq, digest))
        if seq:
            is_kept = self.books.holds((*chain, seq), digest)
            self.memory.claim("I4", is_kept, f"HQ acknowledged {seq} of {chain} and does not hold it")

    def revoked(self, chain: Chain, *, is_revoked: bool = True) -> None:
        (self.memory.revoked.add if is_revoked else self.memory.revoked.discard)(chain)

    def copied(self, chain: Chain) -> None:
        """Two machines go by this name from now on."""
        self.memory.copied.add(chain)

    def epoch_ended(self, station: str, chain: Chain) -> None:
        """A station is enrolled again: nothing of its old epoch is posted by itself from now on."""
        self.memory.revoked.add(chain)
        self.memory.set_back.discard(station)
        self.standing.begins_anew(station)
        self.people.forget(station)
        self.clocks.begins_anew(station)

    def fenced(self, chain: Chain) -> None:
        """HQ has said that it holds two histories under one name."""
        self.memory.fenced.add(chain)

    def tampered(self, station: str) -> None:
        self.memory.tampered[station] = False
        self.versions.keep(station)
        self.standing.keep(station)

    def alarmed(self, station: str) -> None:
        """The station stopped, or HQ or it said that something is wrong with its records."""
        if station in self.memory.tampered:
            self.memory.tampered[station] = True

    def repaired(self, station: str, chain: Chain, *, last: int) -> None:
        """Its files are as they were before somebody touched them. By then it must have been noticed.

        What it wrote behind its entry `last` meanwhile, of leases that had ended, is gone by the same hand.
        """
        self.memory.destroyed |= {
            place for place in self.memory.files[station] if place[:2] == chain and place[2] > last
        }
        was_seen = self.memory.tampered.pop(station)
        self.versions.put_back(station)
        self.standing.put_back(station)
        self.stops.forget(station)
        self.people.forget(station)
        self._forgets_words(station)
        self.memory.claim("I21", was_seen, f"nobody noticed that the records of {station} were changed")

    def did_not_start(self, station: str, code: str) -> None:
        """A station refuses to run. Whatever killed it before, only somebody's hand on its files may be the reason."""
        self.standing.started(station, runs=False)
        self.alarmed(station)
        is_touched = station in self.memory.tampered or station in self.memory.set_back
        self.memory.claim("I2", is_touched, f"{station} does not start any more: {code}")

    # What the files say.

    def journal(
        self, station: str, chain: Chain, entries: Sequence[FileEntry], *, is_whole: bool, true_ms: int
    ) -> None:
        """A station's journal: all of it after a start, otherwise what came since, which was written just now."""
        memory = self.memory
        file = memory.files[station]
        if is_whole:
            file.clear()
            self.standing.started(station, runs=True)
        nonce, key = memory.owners[chain]
        last = max((place[2] for place in file if place[:2] == chain), default=0)
        before = file[*chain, last].hash if last else genesis(chain, nonce)
        latest_ms = latest_time(file)
        for expected, entry in zip(count(last + 1), entries, strict=False):
            place = (*chain, entry.seq)
            memory.claim("I2", entry.seq == expected, f"{station} has {entry.seq} where {expected} should be")
            follows = entry.prev == before and next_hash(before, entry.body) == entry.hash
            memory.claim("I2", follows, f"the chain of {station} breaks at {place}")
            signed = (chain, entry.seq, entry.hash, entry.sig)
            if signed not in self._signed and is_signed(key, *signed):
                self._signed.add(signed)
            memory.claim("I2", signed in self._signed, f"the head of {station} at {place} is not signed")
            before = entry.hash
            content = read(place, entry.hash, entry.body)
            latest_ms = self.clocks.follow(station, latest_ms, content)
            if not is_whole:
                self.clocks.wrote(station, content, true_ms=true_ms)
                self.standing.wrote(station, content)
                self.stops.wrote(station, content)
                self.people.wrote(station, content, entry.body)
                self.rights.wrote(station, chain, content)
                code = content.data.get("code_hash", "")
                self.rightful.wrote(content, uses_max=self._seen[station].uses_max.get(code, 0))
            file[place] = memory.written[place][entry.hash] = content
            self._carried(content)
        if is_whole:
            self._shown_is_there(station)

    def _carried(self, entry: Content) -> None:
        """Whatever a carried entry says of itself, the body in it must be what its author wrote."""
        if carried := carried_by(entry):
            place, digest = carried
            is_genuine = digest in self.memory.written.get(place, {})
            self.memory.claim("I9", is_genuine, f"{entry.place} carries what is not {place}")
            self.memory.carried.add(carried)

    def replaced(self, station: str, chain: Chain, hashes: Sequence[bytes], *, is_marked: bool) -> None:
        """Somebody put an older folder in the place of a station's: what it lacks is gone by their hand.

        `is_marked`: what the station keeps beside its keys, how far its journal had come, was left as it was.
        """
        kept = {(*chain, seq) for seq, _ in enumerate(hashes, start=1)}
        gone = self.memory.files[station].keys() - kept
        self.memory.destroyed |= gone
        self._forgets_words(station)
        if is_marked and kept and gone:
            self.standing.must_refuse(station)
        self.clocks.set_back(station)
        self.memory.set_back.add(station)
        self.versions.forget(station)
        self.stops.forget(station)
        self.people.forget(station)

    def _forgets_words(self, station: str) -> None:
        """Its files were put back: HQ's newer word on what it had lost may be gone with that for good."""
        self.memory.unheard |= self.memory.files[station].keys() & self.memory.lost_by_hq

    def shelved(self, station: str) -> None:
        """A station that refuses to run was taken away, with what HQ has not got of it."""
        self.memory.shelved |= self.memory.files[station].keys()

    def _shown_is_there(self, station: str) -> None:
        for shown in self.memory.shown[station]:
            self.memory.claim(
                "I1", self._exists(station, shown), f"{station} showed an answer to {shown} and lost it"
            )

    def _exists(self, station: str, shown: Shown) -> bool:
        """Whether what an answer was about is in the station's file or at HQ, unless somebody's hand took it away."""
        memory, place = self.memory, shown.place
        found = [memory.files[station].get(place)]
        if place in self.books.entries:
            found.append(memory.written[place].get(self.books.entries[place].hash))
        found += [
            content for digest, content in memory.written[place].items() if (place, digest) in memory.carried
        ]
        is_there = any(entry is not None and entry.data.get("order_id") == shown.order_id for entry in found)
        return is_there or self._is_held(shown) or place in memory.destroyed

    def _is_held(self, shown: Shown) -> bool:
        contents = self.memory.written[shown.place].values()
        return any(
            each.sum in self.books.held and each.data.get("order_id") == shown.order_id for each in contents
        )

    def hq_leases(self, leases: Sequence[LeaseRow]) -> None:
        """What HQ has leased, and what has become of it."""
        self.known.note_leases(leases)

    def hq(self, rows: HqRows, *, now_ms: int, is_whole: bool = False) -> None:
        """What came to HQ since it was last looked at; all of it when it was restored from a backup."""
        self.stops.published(rows.stops)
        for version, body in rows.programs.items():
            if version not in self.known.rules:
                self.known.rules[version] = read_rules(body)
        if is_whole:
            before, doubled = self.books.entries, self.books.doubled
            self.books = HqBooks(self.memory, self.stops, self.people.own, self.known, known=before)
            self.books.doubled = doubled
            self._was_restored = True
            self.books.take_in(rows, now_ms=now_ms)
            lost = before.keys() - self.books.entries.keys()
            self.memory.lost_by_hq |= lost
            self.memory.former_words |= {place: before[place].verdict for place in lost}
        else:
            self.books.take_in(rows, now_ms=now_ms)
        budgets = self.books.budgets
        budgets.debts_in_bounds(len(self.memory.owners))
        if not self._was_restored:  # until everything has come again credits may be missing
            budgets.owned_in_bounds(self.books.uses_max)

    def hq_rights(self, leases: Sequence[LeaseRow], promises: Sequence[Promise], *, now_ms: int) -> None:
        """What HQ has leased and promised."""
        here = {lease.lease_id: lease for lease in leases}
        self.known.note_leases(leases)
        self.rights.promised(promises, now_ms=now_ms)
        found: dict[Asked, dict[str, Promise]] = {}
        for promise in promises:
            asked = promise.device, promise.order_id, promise.name
            found.setdefault(asked, {})[promise.scope] = promise
        self.known.promises |= found
        self.books.budgets.leased_in_bounds(here, now_ms=now_ms)

    # What stations show and do.

    def stands(self, station: str, chain: Chain, rows: StationRows) -> None:
        """Where a station is when it starts."""
        self._seen[station] = rows
        self.rights.stands(station, chain, rows)
        self.versions.stands(station, rows.versions)
        self.stops.stands(station, rows.versions)

    def looked_up(
        self, station: str, chain: Chain, ref: str, *, held: int | None, shown: tuple[int, int], included: int
    ) -> None:
        """A member's figures are on the screen."""
        words = self._seen[station].words
        hold_figures(self.memory, station, chain, ref, held=held, shown=shown, included=included, words=words)

    def checkpoint(self, store: str, place: tuple[str, int], facts: Facts) -> None:
        """HQ named a place in its feed; its members and vouchers for that store were these."""
        self._checkpoints[store, *place] = facts

    def tried_to_sync(
        self, station: str, chain: Chain, store: str, rows: StationRows, *, was_cut: bool
    ) -> None:
        """A sync ended, well or not: where does the station stand now?

        One that was cut may have taken rows of a page behind the place where the station stands.
        """
        before = self._seen[station]
        self._seen[station] = rows
        self.rights.stands(station, chain, rows)
        self.versions.stands(station, rows.versions)
        self.stops.stands(station, rows.versions)
        self._acked(station, chain, rows.acked_seq)
        self.people.bounds.acknowledged(station, rows.acked_seq)
        for kind, version in rows.versions.items():
            earlier = before.versions.get(kind, 0)
            self.memory.claim("I12", version >= earlier, f"{station} went from {kind} {earlier} to {version}")
        if rows.position is None or rows.position == before.position:
            return
        set_id, cursor, _ = rows.position
        # Without a set a replica is taken anew, and may have been, from an HQ that was put back, within this sync.
        if before.position is not None and before.position[0] == set_id != "":
            is_on = cursor >= before.position[1]
            self.memory.claim("I12", is_on, f"{station} went back from {before.position} to {rows.position}")
        if set_id:  # one without a name says: its figures stand, and a new snapshot will come
            self._equals_hq(station, rows, self._checkpoints.get((store, set_id, cursor)), was_cut=was_cut)

    def _equals_hq(self, station: str, rows: StationRows, facts: Facts | None, *, was_cut: bool) -> None:
        was_named = self.memory.claim(
            "I13", facts, f"{station} stands at {rows.position}, which HQ never named"
        )
        if facts is not None and was_named and not was_cut:
            for name, mine, theirs in zip(
                ("members", "vouchers"), (rows.members, rows.vouchers), facts, strict=True
            ):
                odd = sorted(mine ^ theirs, key=repr)[:3]
                self.memory.claim("I13", not odd, f"the {name} of {station} are no moment of HQ's: {odd}")

    def _acked(self, station: str, chain: Chain, acked: int) -> None:
        memory = self.memory
        if acked == 0:
            return
        mine = memory.files[station]
        is_named = any(
            seq >= acked and (*chain, seq) in mine and mine[*chain, seq].hash == digest
            for seq, digest in memory.named[chain]
        )
        memory.claim("I4", is_named, f"{station} takes {acked} for acknowledged, and HQ never named it")

    def synced_undisturbed(
        self, station: str, chain: Chain, *, waiting: int, stopped_by: str, is_older: bool
    ) -> None:
        """A sync to which nothing was done. What stops it (a code) must have its reason in what happened before."""
        syncing = Synced(station, chain, waiting, stopped_by, is_older=is_older)
        syncing.undisturbed(self.memory, self.books)

    # The end.

    def ended(self, *, at_rest: dict[str, tuple[StationRows, Facts]]) -> int:
        """Everything that could be healed has been. Returns how many answers were lost."""
        lost = 0
        for station, shown in self.memory.shown.items():
            for each in shown:
                is_there = self._exists(station, each)
                lost += not self.memory.claim(
                    "I1", is_there, f"{station} showed an answer to {each} and it is gone"
                )
        for station, (rows, facts) in at_rest.items():
            for mine, theirs in zip((rows.members, rows.vouchers), facts, strict=True):
                odd = sorted(mine ^ theirs, key=repr)[:3]
                self.memory.claim("I5", not odd, f"in the end {station} and HQ differ: {odd}")
            for kind, newest in self.books.documents.items():
                found = rows.versions.get(kind)
                self.memory.claim(
                    "I12", found == newest, f"{station} ends with {kind} {found}, HQ has {newest}"
                )
            self._was_told(station, rows)
        self._everything_has_its_word()
        self.books.budgets.leases_gave_no_more()
        self.books.budgets.owned_in_bounds(self.books.uses_max)
        return lost

    def exposed(self, told: Sequence[Exposed]) -> None:
        """What HQ says of the worst that can happen to stores and campaigns, and of what did."""
        hold_exposure(told, self.memory, self.known, self.books.budgets)

    def of_rights(self) -> dict[str, int]:
        """Return what offline authority came to."""
        figures = figures_of(self.memory, self.known, self.books.budgets)
        return figures | {"rightful": self.rightful.rightful, "rightful_refused": self.rightful.refused}

    def _was_told(self, station: str, rows: StationRows) -> None:
        """The station knows HQ's word on each of its entries."""
        for place in self.memory.files[station]:
            entry, found = self.books.entries.get(place), rows.words.get(place[2])
            is_same = entry is not None and self.books.word_on(place)[0] == found
            if place in self.memory.unheard and entry is not None:
                is_same |= found == self.memory.former_words[place]
            self.memory.claim("I9", is_same, f"{station} was told {found} of {place}")

    def _everything_has_its_word(self) -> None:
        """Each entry that a station wrote is at HQ with a verdict, or kept aside there for people to look at."""
        memory, books = self.memory, self.books
        out_of_reach = memory.destroyed | memory.shelved
        for place, contents in memory.written.items():
            for digest, entry in contents.items():
                is_there = books.holds(place, digest)
                if place in out_of_reach and not is_there:
                    continue
                name = "I10" if len(contents) > 1 else "I9"
                is_kept = is_there or entry.sum in books.held or (place, digest) in memory.carried
                memory.claim(name, is_kept, f"{place} is neither in HQ's journal nor kept aside")
