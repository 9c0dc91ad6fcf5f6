"""What Zalo proves itself by, and what we prove ourselves by to Zalo: three plain digests."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

_MAC = re.compile(r"[0-9a-f]{64}")


def sign(first: str, body: bytes, *, timestamp: str, secret: str) -> str:
    """The webhook's mac: plain SHA-256, no HMAC, of the four strung together, in hex.

    `first` is the app's id; `secret` the secret key of the Official Account.
    """
    return hashlib.sha256(
        b"".join((first.encode(), body, timestamp.encode(), secret.encode()))
    ).hexdigest()


def mac_of(header: str) -> str:
    """The 64 hex digits of an X-ZEvent-Signature header; "" when it holds none."""
    mac = header.strip().lower().removeprefix("mac=").strip()
    return mac if _MAC.fullmatch(mac) else ""


def prove(secret: str, access_token: str) -> str:
    """The `appsecret_proof` that goes with a call: HMAC-SHA256 in hex."""
    return hmac.new(secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


def challenge_of(verifier: str) -> str:
    """The PKCE challenge that belongs to a verifier."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def verifier_from(app_secret: str) -> str:
    """A verifier of 43 characters that is always the same for an app: nothing has to keep it."""
    return _base64url(hmac.new(app_secret.encode(), b"PKCE verifier", hashlib.sha256).digest())


def _base64url(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")
