"""A company for each story, copied from one that was set up once."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.rig.company import Company, Template, make_template
from tests.rig.proxy import Proxy
from tests.rig.stepped import step

SHOPS = ("S1", "S2", "S3", "S4")


@pytest.fixture(autouse=True)
def _warm(warm_starts: None) -> None:
    """Let HQ and stations be forked from what is warm."""


@pytest.fixture(scope="session")
def lines() -> Iterator[tuple[Proxy, Proxy]]:
    with Proxy() as first, Proxy() as second:
        yield first, second


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, lines: tuple[Proxy, Proxy]) -> Template:
    return make_template(tmp_path_factory.mktemp("company") / "template", lines)


@pytest.fixture(scope="session")
def lines_of_shops() -> Iterator[list[Proxy]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Proxy()) for _ in SHOPS]


@pytest.fixture(scope="session")
def template_of_shops(tmp_path_factory: pytest.TempPathFactory, lines_of_shops: list[Proxy]) -> Template:
    return make_template(tmp_path_factory.mktemp("shops") / "template", lines_of_shops, SHOPS)


@pytest.fixture
def shops(template_of_shops: Template, tmp_path: Path, lines_of_shops: list[Proxy]) -> Iterator[Company]:
    """Four stores with a station each; head office is started by the story, which has to publish its offers."""
    made = Company(template_of_shops, tmp_path / "shops", lines_of_shops)
    yield made
    made.close()


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """A clock for processes that shows the machine's time until the story steps it."""
    step(path := tmp_path / "clock")
    return path


@pytest.fixture
def company(template: Template, tmp_path: Path, lines: tuple[Proxy, Proxy]) -> Iterator[Company]:
    made = Company(template, tmp_path / "company", lines)
    made.start_hq()
    yield made
    made.close()
