"""The bytes that HQ and its devices sign, for each thing that is signed by itself."""


def document_message(*, kind: str, version: int, body: bytes) -> bytes:
    """Return the bytes that HQ signs for a document."""
    return b"TS-doc1" + bytes([len(kind)]) + kind.encode("ascii") + version.to_bytes(8, "big") + body


def enrol_message(*, token: str, sign_pub: bytes, box_pub: bytes) -> bytes:
    """Return the bytes a new device signs to prove that it holds the keys it shows."""
    return b"TS-enrol" + token.encode("ascii") + sign_pub + box_pub


def request_message(
    *, method: str, target: str, body_sha256: bytes, device_id: str, epoch: int, time_ms: int, nonce: str
) -> bytes:
    """Return the bytes a device signs for each request; `target` is the path with its query."""
    parts = (method, target, body_sha256.hex(), device_id, str(epoch), str(time_ms), nonce)
    return b"TS-req1\n" + "\n".join(parts).encode("utf-8")


def manifest_message(body: bytes) -> bytes:
    """Return the bytes that HQ signs for a manifest."""
    return b"TS-manifest1" + body


def time_message(*, nonce: str, ms: int) -> bytes:
    """Return the bytes that HQ signs to say what time it is to whoever made up the nonce."""
    return b"TS-time1" + bytes([len(nonce)]) + nonce.encode("ascii") + ms.to_bytes(8, "big")
