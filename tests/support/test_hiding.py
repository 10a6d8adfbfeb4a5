"""What is taken out of texts before a supporter sees them, and what must stay readable."""

import pytest

from app.support.hiding import LEFT_OUT, hidden, hidden_line

BEGIN = "2026-11-28 17:52:03,123 WARNING sync.worker: "


@pytest.mark.parametrize(
    "secret",
    [
        "+49 170 5559876",
        "0170/5559876",
        "4026 7315 0099",
        "739281",
        "M9X2XQH70B3D",
        "V-8H2K-99QZ",
        "TS:P:1:abc",
        "TS:B:AbC.d-e",
        "L2:6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1",
        "quirinus@xerxes.example",
        "https://head.example:8470/x?token=1",
        "postgresql://till:secret@db/x",
        bytes(range(32)).hex(),
        "kq3Zr0aP2bX9_wLm4Tn8Qy",
        "zebedee",
        "Zebedee's till",
    ],
)
def test_what_people_carry_is_hidden_wherever_it_stands(secret: str) -> None:
    known = {"zebedee": "user", "Zebedee's till": "register"}
    for text in (secret, f"it said '{secret}'", f"x={secret}, and so on"):
        assert secret not in hidden(text, known)


@pytest.mark.parametrize(
    "text",
    [
        "SQLite 3.51.3, SQLCipher 4.12.0 community.",
        "1,234,567 entries, all in order; 12 wait for head office.",
        "28 November 2026, 17:52 in Europe/Berlin.",
        "Camera 0 gives a picture.",
        "http_busy: a pause of 30 s",
        "entry 4711 of epoch 2",
    ],
)
def test_what_a_supporter_needs_stays(text: str) -> None:
    assert hidden(text, {}) == text


def test_a_home_folder_is_nobodys() -> None:
    text = hidden(f"no file {'/'.join(['', 'home', 'zebedee', 'tills', 'video.mp4'])}", {})
    assert text == "no file ~/tills/video.mp4"


def test_known_words_are_hidden_whole_and_the_longer_first() -> None:
    known = {"Ada": "user", "Ada's bakery": "shop", "x": "register"}
    assert hidden("Ada's bakery: Adapter, Ada, x", known) == "(shop): Adapter, (user), x"


def test_lines_of_the_log_are_told_by_their_form() -> None:
    place = "/".join(["", "home", "zebedee", "tillside", "app", "store", "journal.py"])
    assert hidden_line(f"{BEGIN}a sync failed", {}) == f"{BEGIN}a sync failed"
    assert hidden_line(f"{BEGIN}gone: 0170 5559876", {}) == f"{BEGIN}gone: (a number)"
    assert (
        hidden_line(f'  File "{place}", line 12, in append', {})
        == '  File "app/store/journal.py", line 12, in append'
    )
    assert (
        hidden_line("ValueError: (what it says is kept back)", {})
        == "ValueError: (what it says is kept back)"
    )
    assert hidden_line("Tillside ended by a bug.", {}) == "Tillside ended by a bug."
    for line in ("Zebedee", "Zebedee Xerxes paid 12.50", "2026-11-28 Zebedee", '{"name": "Zebedee"}'):
        assert hidden_line(line, {}) == LEFT_OUT
