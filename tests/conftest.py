"""What holds for every test: slow ones wait for --slow, the log stays quiet, and chance can be repeated."""

import gc
import os
import sys

import pytest
from hypothesis import settings

# What Python compiled is kept, also where the environment says otherwise: each process of ours that a test starts
# would compile hundreds of modules first. Must stand before the processes that run the tests are started.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What is imported and collected before the first test stays: nobody looks through it for garbage, now or later.
gc.disable()

# Pages are drawn off screen unless somebody wants to watch. Must stand before pytest-qt starts Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ["tests.quiet_log", "tests.databases", "tests.rig.warm"]

# No deadline: the first example pays for imports, and a busy machine is no bug.
settings.register_profile("here", deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return in how many processes tests run: the whole suite in one for each core.

    What was named runs in this one, and so do the slow tests, which measure or need the machine.
    """
    is_whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    return os.cpu_count() or 1 if is_whole and not config.getoption("--slow") else 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow ones out, unless asked for by --slow or named themselves (file.py::test)."""
    if config.getoption("--slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow") and not _is_named(item, config.args)]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Begin to look for garbage: see `gc.disable` above."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Let all of it go at the end, as anything else."""
    gc.unfreeze()


def _is_named(item: pytest.Item, args: list[str]) -> bool:
    return any("::" in arg and item.nodeid.startswith(arg) for arg in args)
