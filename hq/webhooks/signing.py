"""Signing what is sent, so that whoever gets it knows that it is ours, whole, and of now.

Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `<id>.<seconds>.<body>`, with a secret that is
written `whsec_<Base64>`. After a rotation the old secret signs too for a while, beside the new one.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence

from app.ids import new_secret

PREFIX = "whsec_"
SECRET_BYTES = 32  # between 24 and 64, says the specification


def new_webhook_secret() -> str:
    """Return a new secret as its owner is to keep it."""
    return PREFIX + b64encode(new_secret(SECRET_BYTES)).decode("ascii")


def signed_headers(event_id: str, body: bytes, *, now_ms: int, secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers of one try. The id stays the same with every try, and the time does not."""
    seconds = now_ms // 1000
    message = f"{event_id}.{seconds}.".encode("ascii") + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(_signature(message, secret) for secret in secrets),
    }


def _signature(message: bytes, secret: str) -> str:
    made = hmac.new(b64decode(secret.removeprefix(PREFIX)), message, hashlib.sha256).digest()
    return "v1," + b64encode(made).decode("ascii")
