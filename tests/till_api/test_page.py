"""docs/till-api.md is true: its lines of curl run one by one against a real station, and answer what it says."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.core.reasons import BY_CODE
from app.till_api import wire
from tests.builders import a_program, put_program
from tests.till_api.asking import WAIT_S

PAGE = (Path(__file__).parents[2] / "docs" / "till-api.md").read_text("utf-8")
PART = re.compile(
    r"^```sh\n(?P<sh>.*?)^```\n+```json\n(?P<json>.*?)^```|^<!-- station: (?P<do>.*?) -->", re.M | re.S
)
SET_BEFORE = re.compile(r"^(TILL|TOKEN)=.*\n", re.M)


def holds(told: Any, found: Any) -> bool:
    """Tell whether all that the page names is there."""
    if isinstance(told, dict):
        return all(key in found and holds(each, found[key]) for key, each in told.items())
    if isinstance(told, list):
        return len(told) == len(found) and all(map(holds, told, found))
    return told == found


def test_every_line_of_curl_answers_what_the_page_says(shop) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    shop.station._thread.call(lambda store: put_program(store, a_program(version=2), version=2))
    said = {"card": shop.card.code, "voucher": shop.voucher, "confirm": {"confirm": True}}
    known = {"TILL": f"http://127.0.0.1:{shop.till.port}", "TOKEN": shop.till.token_path.read_text().strip()}
    parts = list(PART.finditer(PAGE))
    assert sum(part["sh"].count("curl") for part in parts if part["sh"]) == PAGE.count("curl -s")
    for part in parts:
        if part["do"]:
            for word in part["do"].split():
                shop.say(said[word])
            continue
        script = SET_BEFORE.sub("", part["sh"])
        ran = subprocess.run(
            ["bash", "-ec", script],
            env=os.environ | known,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=True,
        )
        answer = json.loads(
            ran.stdout[ran.stdout.rindex('{"order_id"') if '}{"order_id"' in ran.stdout else 0 :]
        )
        assert holds(json.loads(part["json"]), answer), f"{script}\n{ran.stdout}"


def test_the_page_names_every_state_and_every_field_of_an_order() -> None:
    first = set(re.findall(r"^\| (`.+?) \|", PAGE, re.M))
    named = {word for cell in first for word in re.findall(r"`([\w.]+)`", cell)}
    assert {state.value for state in wire.State} <= named
    fields = {field.alias or name for name, field in wire.OrderIn.model_fields.items()} | set(
        wire.LineIn.model_fields
    )
    assert fields - named - {"total"} == set()
    for code in ("approval_needed", "order_undone", "returned_too_much"):
        assert code in BY_CODE
