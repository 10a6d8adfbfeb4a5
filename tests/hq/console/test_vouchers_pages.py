"""Vouchers and gift cards in the console, without script: made, followed, exported, printed, stopped, brought in."""

import re

from hq.batches.service import BatchList, list_batches
from hq.jobs.service import work
from tests.hq.station import VOUCHER_RULE

ASKED = {
    "name": "=Spring", "rule_id": VOUCHER_RULE, "count": "30", "prefix": "", "length": "13", "uses_max": "1",
    "starts_on": "", "ends_on": "2017-12-24",
}  # fmt: skip


def newest(hq):
    return list_batches(hq, BatchList())[0][0]


def test_a_batch_of_vouchers_is_made_followed_printed_and_stopped(hq, console) -> None:
    form = console.get("/console/vouchers/-/new").text
    form_id = re.search(r'name="form_id" value="(\w+)"', form)[1]
    refused = console.send("/console/vouchers/-/new", **ASKED | {"prefix": "abcdef"})
    assert refused.status_code == 409
    assert "Take at least 16 characters." in refused.text and 'value="abcdef"' in refused.text
    for _ in range(2):  # sent twice it is made once
        page = console.send("/console/vouchers/-/new", **ASKED, form_id=form_id).text
    assert "The job has begun." in page and "Codes are being made" in page
    (batch,), _ = list_batches(hq, BatchList())
    work(hq)
    place = f"/console/batches/{batch.batch_id}"
    assert "Codes are being made" not in console.get(place).text
    rows = console.get(f"{place}/codes.csv").text.lstrip("\ufeff").splitlines()
    assert rows[0] == "code,qr,campaign,valid_from,valid_until,amount,currency" and len(rows) == 31
    code, qr, *more = rows[1].split(",")
    assert (code.replace("-", ""), more) == (qr, ["13", "", "2017-12-24", "1.00", "USD"])
    sheets = [console.get(f"{place}/sheet?page={page}") for page in (1, 2)]
    assert [sheet.text.count('<svg viewBox="-4') for sheet in sheets] == [24, 6]
    assert code in sheets[0].text and all(len(sheet.content) < 300_000 for sheet in sheets)
    assert console.get(f"{place}/sheet?page=3").status_code == 400
    console.get("/console/vouchers")
    one = console.send("/console/vouchers/-/find", number=code.lower())
    assert "No. 1" in one.text and "It was not used yet." in one.text
    console.get(place)
    assert console.send(f"{place}/state", do="freeze", reason="").status_code == 400
    assert "Let it go on" in console.send(f"{place}/state", do="freeze", reason="a leak").text
    listed = console.get(f"/console/vouchers?batch={batch.batch_id}&state=frozen").text
    assert listed.count('<th scope="row"') == 30 and "=Spring" in listed
    assert "kept nowhere" in console.send(f"{place}/forget").text


def test_gift_cards_are_made_found_and_stopped(hq, console) -> None:
    console.get("/console/gift-cards/-/new")
    fields = {"name": "Xmas", "count": "2", "value": "25", "kind": "", "place": ""}
    assert "The job has begun." in console.send("/console/gift-cards/-/new", **fields).text
    work(hq)
    batch = newest(hq)
    code = console.get(f"/console/batches/{batch.batch_id}/codes.csv").text.splitlines()[1].split(",")[0]
    console.get("/console/gift-cards")
    page = console.send("/console/gift-cards/-/find", number=code)
    assert "25.00 USD" in page.text and "Postings" in page.text
    place = "/" + page.url.split("/", 3)[3]
    stopped = console.send(f"{place}/state", do="freeze", reason="lost")
    assert "Let it go on" in stopped.text
    assert "No gift card is like this." in console.get("/console/gift-cards?state=new").text
