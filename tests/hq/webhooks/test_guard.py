"""Webhooks knock at no door of the house that nobody opened for them."""

import pytest

from hq.faults import NotPossible, SetUpFault
from hq.home import folder_of
from hq.webhooks.guard import allow_networks, allowed_networks, check_target, may_go_to, read_target
from hq.webhooks.line import post
from tests.hq.webhooks.receiving import receiving

SHUT = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2002:a00:1::1", "64:ff9b::a00:1",
    "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::a00:1", "fec0::1", "3fff::1", "192.88.99.1",
]  # fmt: skip
OPEN = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"]


@pytest.mark.parametrize("address", SHUT)
def test_addresses_of_the_house_are_shut(address) -> None:
    assert not may_go_to(address, (), is_plain=False)


@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_are_open_to_what_is_encrypted(address) -> None:
    assert may_go_to(address, (), is_plain=False)
    assert not may_go_to(address, (), is_plain=True)


def test_networks_that_the_machine_lists_are_open(hq) -> None:
    allow_networks(folder_of(hq), ["10.1.0.0/16", "fd00::/8"])
    networks = allowed_networks(hq)
    assert may_go_to("10.1.9.9", networks, is_plain=True)
    assert may_go_to("::ffff:10.1.9.9", networks, is_plain=True)
    assert may_go_to("fd00::1", networks, is_plain=False)
    assert not may_go_to("10.2.0.1", networks, is_plain=False)
    with pytest.raises(SetUpFault):
        allow_networks(folder_of(hq), ["10.1.0.0/99"])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/", "https://", "https:///x", "https://user:pw@shop.example/", "https://shop.example:0/",
        "https://shop.example:99999/", "https://shop.example/a b", "https://shop.example/\n", "https://[::1/",
        "https://sh\u00f6p.example/", "https://shop.example/" + "x" * 500, "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url) -> None:
    with pytest.raises(NotPossible):
        read_target(url)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://[::1]/", "http://shop.example/", "https://10.0.0.1/"]
)
def test_what_is_plainly_shut_is_refused_when_it_is_asked_for(url) -> None:
    with pytest.raises(NotPossible):
        check_target(read_target(url), ())


def test_a_name_that_leads_into_the_house_leads_nowhere(hq, monkeypatch) -> None:
    """Whatever a name says when it is added: what counts is where it leads at the moment of the connection."""
    with receiving(hq) as shop:
        port = int(shop.url.rpartition(":")[2].partition("/")[0])
        heard = post(read_target(f"http://localhost:{port}/"), b"{}", {}, networks=())
        assert heard.status == 0
        assert "webhook-networks" in heard.said
        assert shop.got == []


def test_redirects_are_not_followed(hq) -> None:
    with receiving(hq) as shop, receiving(hq) as inside:
        shop.statuses.append(302)
        shop.headers["Location"] = inside.url
        heard = post(read_target(shop.url), b"{}", {}, networks=allowed_networks(hq))
        assert (heard.status, heard.is_taken, inside.got) == (302, False, [])


def test_an_answer_that_does_not_come_ends_in_time(hq) -> None:
    with receiving(hq, is_open=False) as shop:
        heard = post(read_target(shop.url), b"{}", {}, networks=allowed_networks(hq), total_s=0.3)
        assert (heard.status, heard.is_taken) == (0, False)
        assert heard.took_ms < 5_000
