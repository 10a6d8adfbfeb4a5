"""What was redeemed: nothing yet, nothing that matches, a few, as many as there are, choices, and the why of one."""

from dataclasses import replace

from app.core.authority import AuthKind
from app.core.entry import ORDER, VOID
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.core.signed_code import Level
from app.core.verdicts import Flag, Verdict
from app.review.rows import Choice, ReviewRow, Standing
from app.review.trace import Fact, FactName, Trace, TracedApproval, TracedLine, TracedOffer
from app.store.review.review import Word
from ui.gallery.samples import COUNTS, LONG_NAME, LONG_WORD, NOW_MS, OFFLINE
from ui.gallery.today import SHOP, TODAY, opened
from ui.models.manager.redemptions import COLUMNS, MORE_COLUMNS, RedemptionsView
from ui.models.manager.wanted import Kinds, Wanted, When
from ui.models.state import State

ROW = ReviewRow(
    epoch=1, seq=812, at_ms=NOW_MS - 700_000, kind=ORDER, order_id="31198705046", member_ref="m-1",
    member="Ay\u015fe Y\u0131lmaz", offers=("Free coffee",), refused=(), total=1_240, discount=236, points_spent=0,
    points_earned=25, gift_cards=0, staff="s-0", approver="", why="", register="1", is_online=True, what="",
    standing=Standing.POSTED,
)  # fmt: skip
NAMES = (("s-0", "Ada A."), ("s-1", "Ben B."))
STAFF = tuple(Choice(key, name) for key, name in NAMES)
OFFERS = tuple(Choice(f"r-{n}", f"Free coffee {n}") for n in range(21))
LONG = replace(
    ROW, member=LONG_NAME, offers=(LONG_NAME, LONG_WORD), order_id=LONG_WORD, staff=LONG_NAME, total=999_999_99,
    discount=99_999_999, standing=Standing.LOOK,
)  # fmt: skip
VIEW = RedemptionsView(
    number=1, staff=STAFF, offers=OFFERS, names=NAMES, today=TODAY, views=("Yesterday by Ada",)
)
TRACE = Trace(
    row=replace(ROW, approver="s-1", standing=Standing.LOOK),
    program_version=12,
    program_name="Blue Bean",
    is_replayed=True,
    lines=(TracedLine(1, "coffee", 2_000, 740, 136), TracedLine(2, "cake", 1_000, 500, 100)),
    offers=(
        TracedOffer(
            "r-1", "Free coffee", "Autumn", is_given=True, is_presented=True, is_recorded=True, discount=236,
            by_line=((1, 136), (2, 100)), right=AuthKind.FLOOR,
        ),
        TracedOffer(
            "r-2", "5.00 off from 30.00", "Autumn", is_given=False, is_presented=False, is_recorded=False,
            refusals=(Refusal(Reason.MIN_TOTAL_NOT_MET, {"missing": 1_760, "wanted": 3_000}),),
        ),
    ),
    facts=(
        Fact(FactName.LEVEL, Level.SIGNED), Fact(FactName.BALANCE, value=1_240),
        Fact(FactName.AS_OF, value=NOW_MS - 3_600_000), Fact(FactName.TIER, "Gold"),
        Fact(FactName.USES, "Free coffee", 0, 1), Fact(FactName.CAP_TIMES, value=3, most=20),
    ),
    approvals=(TracedApproval(ORDER, NOW_MS - 700_000, "s-0", "s-1", "goodwill"),),
    words=(Word(812, Verdict.FLAGGED, (Flag.OVERSPENT,), NOW_MS - 600_000),),
    undone_by=(replace(ROW, kind=VOID, seq=820, undone=Kind.VOID),),
)  # fmt: skip


def found(count: int, row: ReviewRow = ROW, **more: object) -> RedemptionsView:
    """Return a list of so many rows, of which a hundred are at hand."""
    rows = tuple(
        replace(row, seq=row.seq - place, at_ms=row.at_ms - place * 60_000)
        for place in range(min(count, 100))
    )
    view = replace(VIEW, rows=rows, reached=len(rows), count=count, discount=236 * count)
    return replace(view, **more)  # type: ignore[arg-type]  # fields of RedemptionsView


def page(view: RedemptionsView, **more: object) -> State:
    """Return a state of the page."""
    return replace(opened("redemptions", view), **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state of the page."""
    narrowed = Wanted(
        Kinds.ALL, When.WEEK, staff="s-1", offer="r-3", standing=Standing.LOOK, amount_min=1_000
    )
    return {
        "manager-redemptions": page(found(37)),
        "manager-redemptions-empty": page(found(0)),
        "manager-redemptions-none": page(found(0, wanted=narrowed)),
        **{f"manager-redemptions-{count}": page(found(count)) for count in COUNTS[1:]},
        "manager-redemptions-many": page(found(100_000, reached=200, behind=1_204)),
        "manager-redemptions-long": page(found(9, LONG, columns=(*COLUMNS, *MORE_COLUMNS))),
        "manager-redemptions-reading": page(found(37, is_reading=True, wanted=replace(narrowed, text="cof"))),
        "manager-redemptions-why": page(found(37, traced=0, trace=TRACE)),
        "manager-redemptions-why-reading": page(found(37, traced=0)),
        "manager-redemptions-offline": page(found(5, replace(ROW, standing=Standing.WAITING)), pill=OFFLINE),
        "manager-redemptions-training": page(found(5), shop=replace(SHOP, is_training=True)),
    }
