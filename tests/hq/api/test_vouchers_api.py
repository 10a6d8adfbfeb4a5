"""Vouchers and gift cards by the API: a batch that is asked for twice is made once, and codes are for those who may."""

from hq.access.scopes import Scope
from hq.jobs.service import work
from tests.hq.asking_api import api_of
from tests.hq.station import VOUCHER_RULE

ASKED = {"name": "Spring", "rule_id": VOUCHER_RULE, "count": 3, "prefix": "AB", "length": 15}


def test_a_batch_is_made_listed_stopped_and_written_out(hq) -> None:
    with api_of(hq) as api:
        made = api.post("/v1/vouchers", ASKED, Idempotency_Key="once")
        again = api.post("/v1/vouchers", ASKED, Idempotency_Key="once")
        assert (made.status_code, again.json()) == (202, made.json())
        place = f"/v1/batches/{made.json()['batch_id']}"
        assert api.get(place).json()["made"] == 0
        work(hq)
        assert (api.get(place).json()["made"], len(api.get("/v1/batches?kind=vouchers").json()["items"])) == (
            3,
            1,
        )
        codes = api.get(f"{place}/codes?limit=2").json()
        rest = api.get(f"{place}/codes?limit=2&cursor={codes['next']}").json()
        first, *_ = items = codes["items"] + rest["items"]
        assert [each["n"] for each in items] == [0, 1, 2]
        assert (first["campaign"], first["amount"], first["code"].replace("-", "")) == (
            "13",
            100,
            first["qr"],
        )
        found = api.post("/v1/vouchers/find", {"number": first["code"]}).json()
        assert (found["n"], found["state"], found["redemptions"]) == (0, "open", [])
        one = f"/v1/vouchers/{found['code_hash']}"
        assert api.post(f"{one}/freeze", {"reason": "stolen"}).json()["state"] == "frozen"
        listed = api.get(f"/v1/vouchers?batch={made.json()['batch_id']}&state=open&limit=1").json()
        assert (listed["items"][0]["n"], listed["next"] is None) == (1, False)
        assert api.post(f"{place}/freeze", {}, If_Match='"9"').status_code == 412
        assert api.post(f"{place}/freeze", {}, If_Match='"1"').json()["state"] == "frozen"
        assert api.post(f"{one}/unfreeze").json()["state"] == "frozen"  # its whole batch is
        assert api.post(f"{place}/unfreeze").json()["version"] == 3
        assert api.post(f"{place}/forget").json()["has_codes"] is False
        assert api.get(f"{place}/codes").status_code == 409
        assert api.post("/v1/vouchers", ASKED | {"prefix": "ABCDEF"}).status_code == 409
        assert api.post("/v1/vouchers", ASKED | {"prefix": "OIL"}).status_code == 400


def test_gift_cards_are_made_found_and_stopped(hq) -> None:
    with api_of(hq) as api:
        made = api.post("/v1/gift-cards", {"name": "Xmas", "count": 2, "value": 2_500}).json()
        work(hq)
        code = api.get(f"/v1/batches/{made['batch_id']}/codes").json()["items"][0]
        card = api.post("/v1/gift-cards/find", {"number": code["code"]}).json()
        assert (card["balance"], card["posted"], card["state"]) == (2_500, 2_500, "active")
        place = f"/v1/gift-cards/{card['code_hash']}"
        assert api.post(f"{place}/freeze", {"reason": "lost"}).json()["state"] == "frozen"
        assert [each["n"] for each in api.get("/v1/gift-cards?state=frozen").json()["items"]] == [0]
        assert api.post(f"{place}/unfreeze").json()["state"] == "active"
        assert api.post("/v1/gift-cards/find", {"number": "V0123456789ABC8"}).status_code == 409
        assert api.post(f"/v1/batches/{made['batch_id']}/void").status_code == 409


def test_whoever_only_reads_sees_no_codes_and_changes_nothing(hq) -> None:
    with api_of(hq) as api:
        made = api.post("/v1/vouchers", ASKED).json()
        work(hq)
    with api_of(hq, Scope.VOUCHERS_READ) as api:
        place = f"/v1/batches/{made['batch_id']}"
        assert api.get(place).status_code == 200
        for target in (f"{place}/codes", "/v1/code-imports"):
            assert api.get(target).status_code == 403
        for target in (f"{place}/freeze", f"{place}/forget", "/v1/vouchers", "/v1/code-imports"):
            assert api.post(target).status_code == 403


def test_a_file_of_codes_is_tried_and_brought_by_the_api(hq) -> None:
    with api_of(hq) as api:
        asked = {"name": "old.csv", "kind": "vouchers", "rule_id": VOUCHER_RULE,
                 "text": "code\nV0123456789ABC8\nSPRING\n"}  # fmt: skip
        tried = api.post("/v1/code-imports", asked)
        assert tried.status_code == 201, tried.text
        work(hq)
        place = f"/v1/code-imports/{tried.json()['import_id']}"
        assert [each["row"] for each in api.get(f"{place}/problems").json()["items"]] == [3]
        assert api.post(f"{place}/run", {"is_trial": False}).status_code == 200
        work(hq)
        found = api.get(place).json()
        assert (found["rows_good"], found["rows_bad"]) == (1, 1)
        assert api.get(f"/v1/batches/{found['batch']}").json()["made"] == 1
