"""A company for each story, copied from one that was set up once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.company import Company, Template, make_template
from tests.rig.proxy import Proxy


@pytest.fixture(scope="session")
def lines() -> Iterator[tuple[Proxy, Proxy]]:
    with Proxy() as first, Proxy() as second:
        yield first, second


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, lines: tuple[Proxy, Proxy]) -> Template:
    return make_template(tmp_path_factory.mktemp("company") / "template", lines)


@pytest.fixture
def company(template: Template, tmp_path: Path, lines: tuple[Proxy, Proxy]) -> Iterator[Company]:
    made = Company(template, tmp_path / "company", lines)
    made.start_hq()
    yield made
    made.close()
