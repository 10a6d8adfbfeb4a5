"""Head office's people in the database: names, roles and argon2id hashes of passwords (hq/staff/office.py)."""

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection, insert

from hq.tables import staff

ADMIN = "admin"
_hasher = PasswordHasher()  # the library's defaults are RFC 9106's recommendation for small machines


def insert_staff(connection: Connection, *, name: str, role: str, password: str, now_ms: int) -> None:
    """Add a person; the password is stored as its hash only."""
    row = {"name": name, "role": role, "password_hash": hash_password(password), "created_ms": now_ms}
    connection.execute(insert(staff), row)


def hash_password(password: str) -> str:
    """Return what is kept of a password. It takes a while, so no transaction is open meanwhile."""
    return _hasher.hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Tell whether a password belongs to a stored hash; to none belongs none."""
    try:
        return bool(password_hash) and _hasher.verify(password_hash, password)
    except VerifyMismatchError:
        return False
