"""PINs: which are refused, and what their hashes say to whoever has them."""

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from app.core import pins
from app.core.pepper import pepper_name
from app.core.pins import SALT_SIZE, PinTooWeak, Role, check_pin, hash_pin, is_pin, secret_of

PEPPER, OTHER = bytes([5]) * 32, bytes([6]) * 32
ID = "0000000000001"
SALT = bytes(SALT_SIZE)


@pytest.mark.parametrize("pin", ["7392", "0815", "1358", "1233", "2468", "739215"])
def test_a_cashiers_pin_has_four_digits_or_more(pin: str) -> None:
    check_pin(pin, Role.CASHIER)


@pytest.mark.parametrize(
    "pin",
    ["", "739", "7392152739215", "73 2", "73a2", "٧٣٩٢", "0000", "1234", "9876", "7890", "0987", "1212"],
)
@pytest.mark.parametrize("role", Role)
def test_what_anybody_would_try_first_is_refused(pin: str, role: Role) -> None:
    with pytest.raises(PinTooWeak) as refused:
        check_pin(pin, role)
    assert len(pin) < 3 or pin not in str(refused.value)


@pytest.mark.parametrize("pin", ["7392", "73921", "111111", "123456", "121212"])
def test_a_managers_pin_has_six(pin: str) -> None:
    with pytest.raises(PinTooWeak):
        check_pin(pin, Role.MANAGER)
    check_pin("739215", Role.MANAGER)


def test_a_pin_is_right_for_one_person_under_one_pepper() -> None:
    kept = hash_pin(secret_of(PEPPER, staff_id=ID, pin="7392"), salt=SALT)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and len(kept) <= 120
    assert is_pin(kept, secret_of(PEPPER, staff_id=ID, pin="7392"))
    for other in (
        secret_of(PEPPER, staff_id=ID, pin="7393"),
        secret_of(PEPPER, staff_id="0000000000002", pin="7392"),
        secret_of(OTHER, staff_id=ID, pin="7392"),
    ):
        assert not is_pin(kept, other)


def test_stolen_hashes_without_the_pepper_say_nothing() -> None:
    """Whoever has the disk tries ten thousand PINs, each in the ways that come to mind; a few stand for all."""
    kept = hash_pin(secret_of(PEPPER, staff_id=ID, pin="7392"), salt=SALT)
    for guess in (b"7392", ID.encode() + b"7392", b"|".join((ID.encode(), b"7392"))):
        assert not is_pin(kept, guess)
    assert not is_pin(kept, secret_of(bytes(32), staff_id=ID, pin="7392"))
    assert not is_pin(kept, secret_of(b"", staff_id=ID, pin="7392"))


def test_who_has_the_hash_and_tries_all_ten_thousand_needs_the_pepper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By a hash that costs next to nothing, since what it costs is not what holds."""
    monkeypatch.setattr(pins, "MEMORY_KIB", 8)
    monkeypatch.setattr(pins, "PASSES", 1)
    kept = hash_pin(secret_of(PEPPER, staff_id=ID, pin="7392"), salt=SALT)
    all_pins = [f"{number:04}" for number in range(10_000)]
    verify = PasswordHasher().verify

    def opens(secret: bytes) -> bool:
        try:
            return verify(kept, secret)
        except VerifyMismatchError:
            return False

    assert not any(opens(pin.encode()) for pin in all_pins)
    assert not any(opens(secret_of(b"", staff_id=ID, pin=pin)) for pin in all_pins[7000:7500])
    assert next(pin for pin in all_pins if opens(secret_of(PEPPER, staff_id=ID, pin=pin))) == "7392"


@pytest.mark.parametrize("kept", ["", "nonsense", "$argon2id$v=19$m=19456,t=2,p=1$AA$AA", "$2b$12$abc"])
def test_what_is_no_hash_is_no_pin(kept: str) -> None:
    assert not is_pin(kept, b"x")


def test_a_hash_that_would_keep_the_station_busy_is_not_looked_at() -> None:
    asks = PasswordHasher(memory_cost=8, time_cost=11, parallelism=1).hash(b"x")
    assert not is_pin(asks, b"x")


def test_the_name_of_a_pepper_is_not_the_pepper() -> None:
    assert pepper_name(PEPPER) != pepper_name(OTHER)
    assert PEPPER.hex()[:16] != pepper_name(PEPPER)
