"""The five tasks, read from events alone: when each begins and ends, and what counts as an action."""

import pytest

from app.ux.events import Event
from app.ux.tasks import TRY_MS_MAX, Task, Try, figures, tries

NAMES = {event.value: event for event in Event}


def told(words: str, *, every_ms: int = 100) -> list[Try]:
    """Read events that come at an even pace."""
    noted = [(place * every_ms, NAMES[word]) for place, word in enumerate(words.split())]
    return list(tries(noted))


@pytest.mark.parametrize(
    ("words", "done"),
    [
        ("scan member given enter approved", [Try(Task.U1, 400, 2)]),
        ("scan member typed given enter enter approved", [Try(Task.U1, 600, 4)]),
        ("scan member scan given enter approved", [Try(Task.U1, 500, 3)]),  # a voucher on top
        ("scan member reasons enter approved", [Try(Task.U2, 200, 1)]),  # nothing was given
        ("scan member reasons typed reasons given enter not_possible", [Try(Task.U2, 200, 1)]),
        ("scan unknown scan member given enter approved", [Try(Task.U1, 400, 2)]),
        ("scan member given key idle enter approved", []),
        ("given enter approved", []),  # nobody's order
        (
            "scan member given enter approved_queued key queue",
            [Try(Task.U1, 400, 2), Try(Task.U3, 600, 3)],
        ),
        (
            "scan member given enter approved_queued enter idle key queue",
            [Try(Task.U1, 400, 2), Try(Task.U3, 800, 4)],
        ),
        ("scan member given enter approved key queue", [Try(Task.U1, 400, 2)]),  # there was a line
        (
            "scan member given enter approved_queued scan member given enter approved_queued touch queue",
            [Try(Task.U1, 400, 2), Try(Task.U1, 400, 2), Try(Task.U3, 600, 3)],
        ),
        ("scan member given key queue key enter approved", [Try(Task.U1, 700, 4)]),
        ("key undo enter undone", [Try(Task.U4, 300, 2)]),
        ("touch undo touch enter undone", [Try(Task.U4, 400, 3)]),
        ("key undo key idle", []),
        ("undo enter undone", []),  # nothing says what led to it
        ("scan member given start enter approved", []),
        (
            "key manager typed enter manager typed exceptions key key enter exported",
            [Try(Task.U5, 1_000, 7)],
        ),  # the pages come up twice: a PIN is asked for in between
        ("key manager typed exceptions key enter exported enter exported", [Try(Task.U5, 600, 4)]),
        ("key manager typed enter exported", []),  # something else was exported
        ("key manager typed exceptions key idle key manager enter exported", []),
        ("key manager typed exceptions scan member key manager enter exported", []),
    ],
)
def test_tries(words: str, done: list[Try]) -> None:
    assert told(words) == done


def test_who_was_called_away_was_not_trying() -> None:
    assert told("scan member given enter approved", every_ms=TRY_MS_MAX // 4) != []
    assert told("scan member given enter approved", every_ms=TRY_MS_MAX // 4 + 1) == []


def test_figures_have_a_line_for_each_task_and_nothing_where_nothing_was_done() -> None:
    noted = [(0, Event.SCAN), (1, Event.GIVEN), (2, Event.ENTER), (6_000, Event.APPROVED)]
    noted += [(7_000, Event.SCAN), (7_001, Event.GIVEN), (9_000, Event.APPROVED)]
    found = {each.task: each for each in figures(noted)}
    assert list(found) == list(Task)
    assert (found[Task.U1].tries, found[Task.U1].median_ms, found[Task.U1].median_actions) == (2, 4_000, 1)
    assert (found[Task.U5].tries, found[Task.U5].median_ms) == (0, None)
