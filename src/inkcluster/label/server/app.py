"""The application: which address answers with what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from inkcluster.errors import BadInputError, InkclusterError
from inkcluster.label.server.assets_of import files
from inkcluster.label.server.desk import CHECK, Desk
from inkcluster.label.server.fields import identity, parsed, text
from inkcluster.label.server.gate import MAX_BODY, problem, too_large
from inkcluster.label.state import ConflictError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

POLL = 25.0
"""Seconds that a request for changes waits for one."""
SLOWEST = 10.0
"""Seconds in which a body has to come."""
MOST_IN_SHEET = 400
MOST_HELD = 400

Endpoint = Callable[[Request], Awaitable[Response]]


def application(desk: Desk, stopping: asyncio.Event) -> ASGIApp:
    """The page and its interface, without the checks of :class:`~.gate.Gate`."""
    table = files()

    async def asset(request: Request) -> Response:
        found = table.get(request.path_params.get("name", "index.html"))
        if found is None:
            return problem(404, "There is no such page.")
        return Response(found[1], media_type=found[0])

    async def state(request: Request) -> Response:
        return await _said(desk.state, _text(request, "who"))

    async def card(request: Request) -> Response:
        held = _numbers(request, "held", MOST_HELD)
        checks = CHECK not in held
        return await _said(desk.card, _tab(request), held, checks=checks)

    async def group(request: Request) -> Response:
        return await _said(desk.group, request.path_params["number"])

    async def halves(request: Request) -> Response:
        return await _said(desk.halves, request.path_params["number"])

    async def of_name(request: Request) -> Response:
        return await _said(desk.of_name, request.path_params["number"], _number(request, "start"))

    async def rest(request: Request) -> Response:
        return await _said(desk.rest)

    async def image(request: Request) -> Response:
        return _png(await run_in_threadpool(desk.sheet, [request.path_params["number"]]))

    async def sheet(request: Request) -> Response:
        rows = _numbers(request, "rows", MOST_IN_SHEET)
        if not rows or min(rows) < 0:
            raise BadInputError("A sheet needs the numbers of its images.")
        return _png(await run_in_threadpool(desk.sheet, rows))

    async def changes(request: Request) -> Response:
        after, believed = _number(request, "after"), _number(request, "believed")
        desk.hold(_tab(request), _numbers(request, "held", MOST_HELD))
        labelling, loop, news = desk.labelling, asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(news.set)

        labelling.told(tell)
        try:
            until = loop.time() + POLL
            while labelling.state.seq <= after and labelling.believed_at <= believed:
                waits = [asyncio.ensure_future(one.wait()) for one in (news, stopping)]
                _, open_ = await asyncio.wait(
                    waits, timeout=until - loop.time(), return_when=asyncio.FIRST_COMPLETED
                )
                for one in open_:
                    one.cancel()
                if stopping.is_set() or loop.time() >= until:
                    break
                news.clear()
        finally:
            labelling.untold(tell)
        return await _said(desk.changes, after)

    async def act(request: Request) -> Response:
        content = await _body(request)
        return too_large() if content is None else await _said(desk.act, parsed(content))

    routes = {
        "/": asset,
        "/{name}": asset,
        "/api/state": state,
        "/api/card": card,
        "/api/group/{number:int}": group,
        "/api/group/-{number:int}": _negative(group),
        "/api/halves/{number:int}": halves,
        "/api/halves/-{number:int}": _negative(halves),
        "/api/names/{number:int}": of_name,
        "/api/rest": rest,
        "/api/image/{number:int}.png": image,
        "/api/sheet": sheet,
        "/api/changes": changes,
    }
    found = [Route(path, _safe(one), methods=["GET"]) for path, one in routes.items()]
    app = Starlette(routes=[*found, Route("/api/act", _safe(act), methods=["POST"])])
    app.router.redirect_slashes = False
    app.add_exception_handler(404, _nothing)
    app.add_exception_handler(405, _nothing)
    return app


async def _nothing(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return problem(status, "There is no such page." if status == 404 else "This cannot be done here.")  # fmt: skip


def _safe(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose errors are sentences."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ConflictError as error:
            return JSONResponse({"error": str(error)}, 409)
        except BadInputError as error:
            return JSONResponse({"error": str(error)}, 400)
        except InkclusterError as error:  # the log cannot be written
            return JSONResponse({"error": str(error)}, 507)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            sentence = f"This failed unexpectedly ({type(error).__name__}); nothing was changed."
            return problem(500, sentence)

    return answered


def _negative(endpoint: Endpoint) -> Endpoint:
    """The same for numbers below zero, which a path's number cannot be."""

    async def answered(request: Request) -> Response:
        request.path_params["number"] *= -1
        return await endpoint(request)

    return answered


async def _said(what: Callable[..., Any], *given: Any, **named: Any) -> Response:
    return JSONResponse(await run_in_threadpool(what, *given, **named))


async def _body(request: Request) -> bytes | None:
    """The body, read no further than it may be long; None if it is longer."""
    content = b""
    try:
        async with asyncio.timeout(SLOWEST):
            async for chunk in request.stream():
                content += chunk
                if len(content) > MAX_BODY:
                    return None
    except TimeoutError:
        raise BadInputError(f"The action did not come within {SLOWEST:g} seconds.") from None
    return content


def _png(content: bytes) -> Response:
    return Response(content, media_type="image/png")


def _text(request: Request, name: str) -> str:
    try:
        return text(request.query_params.get(name, ""))
    except ValueError as error:
        raise BadInputError(f"{name} is {error}.") from error


def _tab(request: Request) -> str:
    try:
        return identity(request.query_params.get("tab"))
    except ValueError as error:
        raise BadInputError(f"tab is {error}.") from error


def _number(request: Request, name: str) -> int:
    found = _numbers(request, name, 1)
    return found[0] if found else 0


def _numbers(request: Request, name: str, most: int) -> list[int]:
    given = request.query_params.get(name, "")
    parts = given.split(",") if given else []
    if len(parts) > most or any(
        len(one) > 15 or not one.removeprefix("-").isdecimal() for one in parts
    ):
        raise BadInputError(f"{name} has to be at most {most} whole numbers.")
    return [int(one) for one in parts]
