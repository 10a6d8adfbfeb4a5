"""Schemathesis against a real server: every operation of the document, all checks, no failure."""

import pytest

from tests.hq.api.asking_all import ask_all, serving_all


@pytest.fixture
def everything(hq):
    with serving_all(hq) as found:
        yield found


# A noun that is quick, in the usual suite; all of them take minutes.
@pytest.mark.timeout(300)
def test_a_few_operations_answer_as_the_document_says(everything, tmp_path, homes) -> None:
    only = (
        ("^/v1/(keys|webhooks|jobs)", "^/v1/(health|keyset|sync)")
        if homes.name == "sqlite"
        else ("^/v1/webhooks",)
    )
    code, said = ask_all(
        *everything, examples=3, cwd=tmp_path, only=only, options=("--phases=coverage,fuzzing",)
    )
    assert code == 0, said[-20_000:]


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_every_operation_answers_as_the_document_says(everything, tmp_path) -> None:
    code, said = ask_all(*everything, examples=50, cwd=tmp_path)
    assert code == 0, said[-100_000:]
