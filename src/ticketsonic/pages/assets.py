"""Static files: built by `make setup`, read once, kept in memory, packed beforehand.

A file's name holds the hash of what is in it, so a browser may keep it for ever. Kept in memory, a server goes on
serving what its pages name, also while the files are built anew.
"""

from pathlib import Path

import msgspec
from msgspec import Struct
from starlette.datastructures import Headers
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
PATH = "/static/"
_FOREVER = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_PACKED = ".gz"


class NotBuilt(Exception):
    """The pages were never built: in a checkout `make setup` does it; a wheel holds them."""


class Asset(Struct, frozen=True):
    """One file, as it is and packed."""

    content: bytes
    packed: bytes | None
    media_type: str


class Assets:
    """The static files of one process."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._named: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        manifest = folder / "manifest.json"
        if manifest.exists():
            self._named = msgspec.json.decode(manifest.read_bytes(), type=dict[str, str])
            self._assets = {
                path.name: _load(path) for path in folder.iterdir() if path.suffix in _MEDIA_TYPES and path != manifest
            }

    def url_of(self, name: str) -> str:
        """Give the address of a file by the name it has in frontend/. Raises :class:`NotBuilt`."""
        if name not in self._named:
            raise NotBuilt(f"{name} was not built: `make setup` does it")
        return PATH + self._named[name]

    def answer(self, name: str, asked: Headers) -> Response | None:
        """Answer a request for a file; None where there is none of this name."""
        asset = self._assets.get(name)
        if asset is None:
            return None
        headers = {"cache-control": _FOREVER, "content-type": asset.media_type, "x-content-type-options": "nosniff"}
        headers["cross-origin-resource-policy"] = "same-origin"
        if asset.packed is not None:
            headers["vary"] = "accept-encoding"
        if asset.packed is not None and "gzip" in asked.get("accept-encoding", ""):
            return Response(asset.packed, headers={**headers, "content-encoding": "gzip"})
        return Response(asset.content, headers=headers)


def _load(path: Path) -> Asset:
    packed = path.with_name(path.name + _PACKED)
    return Asset(path.read_bytes(), packed.read_bytes() if packed.exists() else None, _MEDIA_TYPES[path.suffix])
