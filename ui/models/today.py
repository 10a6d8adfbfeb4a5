"""The figures around the work: today, the last actions, what waits, what needs a look. Read on the store's thread."""

from dataclasses import dataclass

from app.core.authority import AuthorityPolicy
from app.core.brand import Brand
from app.core.standing import Standing
from app.station.brand import brand_of
from app.station.today import Action, TodaysWork, todays_work
from app.station.training import DEVICE_ID as TRAINING
from app.store.store import StationStore
from ui.models.quoting import Ground, ground_of
from ui.models.state import SECOND_MS, ActionRow, Today


@dataclass(frozen=True, slots=True)
class Overview:
    """What the idle page and the pill need from the store. `waiting` are entries, as the list shows them.

    `sent` is what of them HQ has by now of the push that is under way. A cashier is warned from the age `stale_s` of
    the facts on, and less is given from `limit_s` on.
    """

    today: Today
    recent: tuple[ActionRow, ...]
    waiting: int
    sent: int
    flagged: int
    members: int
    ground: Ground
    stale_s: int
    limit_s: int
    brand: Brand
    now_ms: int  # trusted time, when the boot clock stood at `boot_ms`
    boot_ms: int
    is_sign_in_needed: bool
    work: TodaysWork  # what the next reading can go on from

    @property
    def program_version(self) -> int:
        """The version of the rules; 0 before the first download."""
        return self.ground.program_version

    @property
    def standing(self) -> Standing:
        """How the station stands with head office."""
        return self.ground.standing

    def shown(self) -> dict[str, object]:
        """Return what of it the state holds."""
        told = {"today": self.today, "recent": self.recent, "standing": self.standing, "brand": self.brand}
        return {**told, "rows_loaded": self.members}


def read_overview(
    store: StationStore, before: TodaysWork | None = None, *, sending_after: int | None = None
) -> Overview:
    """Read it, on the same day only what is new. For the store's thread."""
    work = todays_work(store, before)
    program = store.replica.program()
    authority = AuthorityPolicy() if program is None else program.authority
    # In training nothing waits for anybody.
    is_training = store.device.device_id == TRAINING
    acked_seq = store.journal.head().seq if is_training else store.acked_seq()
    return Overview(
        today=Today(work.orders, work.redemptions, work.value_given, work.members),
        recent=tuple(_row(store, action, acked_seq) for action in work.actions),
        waiting=work.waiting,
        sent=0 if sending_after is None else store.journal.listed_after(sending_after) - work.waiting,
        flagged=store.journal.flagged_count(),
        members=store.replica.count("member"),
        ground=ground_of(store),
        stale_s=authority.warn_ms // SECOND_MS,
        limit_s=authority.stale_ms // SECOND_MS,
        brand=brand_of(store),
        now_ms=store.now_ms(),
        boot_ms=store.clock.boot_ms(),
        is_sign_in_needed=store.people.is_sign_in_needed(),
        work=work,
    )


def _row(store: StationStore, action: Action, acked_seq: int) -> ActionRow:
    known = store.replica.survivor(action.member_ref) if action.member_ref else None
    return ActionRow(
        at_ms=action.at_ms,
        member_name=known.name if known else "",
        discount=action.discount,
        points=action.points,
        refusal=action.refusal,
        is_queued=action.seq > acked_seq,
        is_member=action.member_ref is not None,
        undone=action.undone,
    )
