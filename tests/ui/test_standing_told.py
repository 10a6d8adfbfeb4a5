"""How a station stands is told where people look: the pill, the idle page, and the answer to a status."""

import pytest

from app.core.standing import Standing
from sync.worker import LinkState
from ui import texts
from ui.gallery import states
from ui.models.pill import Line, pill
from ui.models.state import PillKind
from ui.widgets.label import Label

ONLINE = LinkState(is_online=True, synced_at_ms=0)


@pytest.mark.parametrize("standing", Standing)
def test_the_pill_says_when_a_station_may_not_redeem(standing: Standing) -> None:
    shown = pill(Line(ONLINE, is_known=True, standing=standing), now_ms=1_000)
    if standing is Standing.REVOKED:
        assert (shown.kind, texts.pill(shown)) == (PillKind.REVOKED, "Shut out by head office")
    elif standing.forbids_spending:
        assert (shown.kind, texts.pill(shown)) == (PillKind.EARN_ONLY, "Earning only, no redeeming")
    elif standing in (Standing.TIME_DOUBTFUL, Standing.HQ_DOUBTED):
        assert (shown.kind, shown.attention) == (PillKind.ATTENTION, 1)
    else:
        assert shown.kind is PillKind.FRESH


def test_it_says_so_though_the_line_is_cut() -> None:
    cut = Line(LinkState(), is_known=True, offline_since_ms=0, standing=Standing.REVOKED)
    assert pill(cut, now_ms=1_000).kind is PillKind.REVOKED


@pytest.mark.parametrize("name", ["idle-earn-only", "idle-clock"])
def test_the_idle_page_says_why(shown, name: str) -> None:
    state = states()[name]
    shown.show(state)
    assert texts.standing(state.standing) in [label.whole for label in shown.window.findChildren(Label)]


def test_nothing_is_said_of_a_station_that_is_well() -> None:
    assert texts.standing(Standing.GOOD) == ""
