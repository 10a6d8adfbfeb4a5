"""How a station stands is told where people look: the pill, the idle page, and the answer to a status."""

from dataclasses import replace

import pytest

from app.core.standing import Standing
from sync.worker import LinkState
from ui import texts, texts_pill
from ui.gallery import states
from ui.models.pill import Line, heard, pill
from ui.models.state import PillKind
from ui.widgets.label import Label

ONLINE = LinkState(is_online=True, synced_at_ms=0)


@pytest.mark.parametrize("standing", Standing)
def test_the_pill_says_when_a_station_may_not_redeem(standing: Standing) -> None:
    shown = pill(replace(heard(Line(), ONLINE, now_ms=0), standing=standing), now_ms=1_000)
    if standing is Standing.REVOKED:
        assert (shown.kind, texts_pill.pill(shown)) == (PillKind.REVOKED, "Shut out by head office")
    elif standing.forbids_spending:
        assert (shown.kind, texts_pill.pill(shown)) == (PillKind.EARN_ONLY, "Earning only, no redeeming")
    elif standing in (Standing.TIME_DOUBTFUL, Standing.HQ_DOUBTED):
        assert (shown.kind, shown.attention) == (PillKind.ATTENTION, 1)
    elif standing in (Standing.FACTS_OLD, Standing.RULES_EXPIRED):
        assert shown.kind is PillKind.ENDED
    else:
        assert shown.kind is PillKind.FRESH


def test_the_pill_names_the_limit_that_has_ended() -> None:
    line = replace(heard(Line(waiting=37), ONLINE, now_ms=0), limit_s=7 * 86_400)
    told = {
        standing: texts_pill.pill(pill(replace(line, standing=standing), now_ms=0))
        for standing in (Standing.FACTS_OLD, Standing.RULES_EXPIRED)
    }
    assert told[Standing.FACTS_OLD] == "Limit of 7 d 0 h has ended · 37 waiting"
    assert told[Standing.RULES_EXPIRED] == "The rules have ended · 37 waiting"


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
