"""What the pairing page says to a code that isn't a pairing code: a sentence for each kind."""

import pytest

from app.core.codes import number
from ui.models.pairing import instead_of_pairing


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("L2:6BF", "This is a member's card."),
        (number("M", "0000000001"), "This is a member's card."),
        (number("V", "0000000000001"), "This is a voucher."),
        (" v 000000 0000001-" + number("V", "0000000000001")[-1], "This is a voucher."),
        ("https://example.org/x", "This is the address of a web page."),
        ("4006381333931", "This is the bar code of a product."),
        ("hello", "This is not a pairing code."),
        ("TS:P:nonsense", ""),
    ],
)
def test_each_kind_has_its_sentence(text: str, said: str) -> None:
    found = instead_of_pairing(text)
    assert found.startswith(said) and bool(found) is bool(said)
