"""What lies in a station's encrypted files, also where SQLite says that nothing is: pages, decrypted one by one.

SQLCipher 4: AES-256-CBC on pages of 4,096 bytes, whose last 80 are the page's IV and its check; a raw key is used as it
is; the first page begins with 16 bytes of salt. The WAL has frames of such pages behind a header each.
"""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, SALT, IV = 4_096, 80, 16, 16
WAL_HEADER, FRAME_HEADER = 32, 24


def bytes_of(path: Path, key: bytes) -> bytes:
    """Return the plain bytes of all pages of a database file, or of its WAL."""
    raw = path.read_bytes()
    if path.name.endswith("-wal"):
        step = FRAME_HEADER + PAGE
        whole = len(raw) - step + 1  # a power cut may leave a part of a frame behind the last
        pages = [raw[at + FRAME_HEADER : at + step] for at in range(WAL_HEADER, whole, step)]
        return b"".join(_plain(page, key, is_first=_is_first(raw, n)) for n, page in enumerate(pages))
    pages = [raw[at : at + PAGE] for at in range(0, len(raw), PAGE)]
    return b"".join(_plain(page, key, is_first=n == 0) for n, page in enumerate(pages))


def folder_bytes(folder: Path, key: bytes) -> dict[str, bytes]:
    """Return the plain bytes of every file of a store, by name."""
    return {
        path.name: bytes_of(path, key)
        if ".db" in path.name and not path.name.endswith("-shm")
        else path.read_bytes()
        for path in folder.iterdir()
        if path.is_file()
    }


def _is_first(wal: bytes, frame: int) -> bool:
    at = WAL_HEADER + frame * (FRAME_HEADER + PAGE)
    return int.from_bytes(wal[at : at + 4], "big") == 1


def _plain(page: bytes, key: bytes, *, is_first: bool) -> bytes:
    body = page[SALT if is_first else 0 : PAGE - RESERVED]
    iv = page[PAGE - RESERVED : PAGE - RESERVED + IV]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
