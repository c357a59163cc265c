"""Lets nobody in but the page itself: checks host, token, method, origin and type before anything else runs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from inkcluster.label.server.address import Address

MAX_BODY = 65_536
"""Bytes of a request's body."""
MAX_PATH = 300
"""Characters of a path, the token included; no page has one so long."""
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class Gate:
    """Wraps an application: it sees requests of the page alone, without the token in their path.

    A foreign Host gets 421, a path without the token 404, both without a word; the page's own
    mistakes get a sentence. Nothing is ever allowed to another origin.
    """

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await refused(scope, receive, guarded)
            return
        path = "/" + scope["path"].split("/", 2)[2]
        inner = {**scope, "path": path, "raw_path": path.encode("utf-8", "replace")}
        await self._app(inner, receive, guarded)

    def _refused(self, scope: Scope) -> Response | None:
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        if headers.get("host") != [self._address.authority]:
            return Response(status_code=421)
        parts = scope["path"].split("/", 2)
        token = parts[1] if len(parts) > 1 else ""
        known = secrets.compare_digest(
            token.encode("utf-8", "replace"), self._address.token.encode()
        )
        if not known or len(parts) < 3 or len(scope["path"]) > MAX_PATH:
            return Response(status_code=404)
        if headers.get("origin", [self._address.origin]) != [self._address.origin]:
            return problem(403, "This page answers no other site.")
        if scope["method"] not in ("GET", "POST"):
            return problem(405, "Only GET and POST are understood.", allow="GET, POST")
        return _unwritable(headers) if scope["method"] == "POST" else None


def problem(status: int, sentence: str, **headers: str) -> JSONResponse:
    """An answer that says in a sentence what is wrong; the connection ends with it."""
    return JSONResponse({"error": sentence}, status, {"connection": "close", **headers})


def _unwritable(headers: dict[str, list[str]]) -> Response | None:
    """What is wrong with a request that writes, before its body is read."""
    if "origin" not in headers:
        return problem(403, "An action has to come from the page.")
    kind = headers.get("content-type", [""])[0].split(";")[0].strip().lower()
    if kind != "application/json":
        return problem(415, "An action is sent as application/json.")
    length = headers.get("content-length", ["0"])[0]
    if not length.isascii() or not length.isdigit() or len(length) > 12 or int(length) > MAX_BODY:
        return too_large()
    return None


def too_large() -> Response:
    """The body is longer than any action."""
    return problem(413, f"An action has at most {MAX_BODY:,} bytes.")
