"""What is written when something goes wrong names places and kinds, and nobody."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from app.failpoints import FailPointReached
from app.logs import FORM, HIDDEN, KEPT_BYTES_MAX, KEPT_FILES, KeptLog, QuietFormatter, told

ROOT = Path(__file__).parents[1]
SECRET = "Zebedee 739281"


def raised(problem: ValueError | FailPointReached, cause: KeyError | None = None) -> Exception:
    try:
        try:
            if cause is not None:
                raise cause
        except KeyError as first:
            raise problem from first
        raise problem
    except (ValueError, FailPointReached) as found:
        return found


def test_an_exception_is_told_by_kind_and_place() -> None:
    text = told(raised(ValueError(SECRET), KeyError(SECRET)))
    assert "Zebedee" not in text and "739281" not in text
    assert f"ValueError: {HIDDEN}" in text and f"KeyError: {HIDDEN}" in text
    assert text.count("test_logs.py") == 2 and "in raised" in text


def test_what_is_ours_says_what_it_means_to_say() -> None:
    assert told(raised(FailPointReached("before_commit"))).endswith("FailPointReached: before_commit")


def test_an_exception_that_is_its_own_cause_ends() -> None:
    problem = ValueError(SECRET)
    problem.__cause__ = problem
    assert told(problem) == f"ValueError: {HIDDEN}"


def test_the_log_writes_exceptions_so(caplog: pytest.LogCaptureFixture) -> None:
    record = logging.LogRecord("hq", logging.ERROR, "x.py", 1, "an entry failed", (), None)
    problem = raised(ValueError(SECRET))
    record.exc_info = (type(problem), problem, problem.__traceback__)
    written = QuietFormatter(FORM).format(record)
    assert "ERROR hq: an entry failed" in written and HIDDEN in written and "Zebedee" not in written


@pytest.mark.parametrize(
    "dying",
    [
        "raise ValueError(secret)",
        "threading.Thread(target=lambda: int(secret)).start()",
        "logging.getLogger('x').exception('a sync failed', exc_info=KeyError(secret))",
        "os.kill(os.getpid(), signal.SIGSEGV)",
    ],
)
def test_a_process_dies_without_a_word_too_much_and_without_a_core(tmp_path: Path, dying: str) -> None:
    program = (
        "import logging, os, resource, signal, threading\nfrom app.logs import set_up_logs\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)\nset_up_logs()\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0\n"
        f"print('ready', flush=True)\nsecret = os.environ['SECRET']\n{dying}\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "SECRET": SECRET},
    )
    assert died.stdout == "ready\n", "its core dumps are off"
    assert "Zebedee" not in died.stderr and "739281" not in died.stderr
    assert "line" in died.stderr or "KeyError" in died.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_station_keeps_what_it_logs_in_two_small_files(tmp_path: Path) -> None:
    kept = KeptLog(tmp_path / "state")
    kept.setFormatter(QuietFormatter(FORM))
    assert not (tmp_path / "state").exists(), "nothing is made before something is wrong"
    kept.handle(logging.LogRecord("sync", logging.WARNING, "x.py", 1, "a try\nfailed", (), None))
    newer, older = (tmp_path / "state" / name for name in KEPT_FILES)
    assert newer.read_text(encoding="utf-8").endswith("WARNING sync: a try\\u000afailed\n")
    kept.keep("x" * KEPT_BYTES_MAX + "\n")
    assert older.stat().st_size > KEPT_BYTES_MAX and not newer.exists()
    kept.keep("again\n")
    assert newer.read_text(encoding="utf-8") == "again\n"
    newer.unlink()
    newer.mkdir()
    kept.keep("no disk takes this, and nobody minds\n")
