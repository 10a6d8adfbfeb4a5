"""Fails a test that puts a WARNING or worse into the log, set-up and tear-down included.

A warning nobody expected is a fault that was swallowed. A test that is about one says so, with the reason:
`@pytest.mark.loud("HQ is down on purpose")`. Only what reaches the standard `logging` of this process is
seen: programs that a test starts are on their own.
"""

import logging
from collections.abc import Generator

import pytest


class _Loud(logging.Handler):
    """Keeps what is logged from WARNING on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.levelname} {record.name}: {record.getMessage()}")


def _listen(item: pytest.Item) -> Generator[None, None, None]:
    loud = _Loud()
    logging.getLogger().addHandler(loud)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(loud)
    if loud.messages and item.get_closest_marker("loud") is None:
        pytest.fail("unexpected in the log:\n  " + "\n  ".join(loud.messages), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    yield from _listen(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    yield from _listen(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    yield from _listen(item)
