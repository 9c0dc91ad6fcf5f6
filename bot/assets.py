"""Static files, each under the hash of its content, so that browsers may keep it for ever."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file; `version` is the hash of its content and part of its address."""

    body: bytes
    media_type: str
    version: str


def read_assets(folder: Path) -> dict[str, Asset]:
    """Every file of a folder by its name."""
    assets: dict[str, Asset] = {}
    for path in sorted(folder.iterdir()):
        body = path.read_bytes()
        media_type = guess_type(path.name)[0] or "application/octet-stream"
        assets[path.name] = Asset(body, media_type, hashlib.sha256(body).hexdigest()[:12])
    return assets


def serve_asset(request: Request, find: Callable[[str], Asset | None]) -> Response:
    """The file a route's {version}/{name} asks for: for ever under its own hash, else checked."""
    asset = find(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    current = request.path_params["version"] == asset.version
    caching = f"public, max-age={YEAR}, immutable" if current else "no-cache"
    return Response(asset.body, 200, {"cache-control": caching}, asset.media_type)
