"""Serves the page of a labelling until it is interrupted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn

from inkcluster.label.kept import FOLDER
from inkcluster.label.server.address import Address, opened
from inkcluster.label.server.app import application
from inkcluster.label.server.desk import Desk
from inkcluster.label.server.gate import Gate

GRACE = 2
"""Seconds for requests that are being answered when the server ends."""


class Server(uvicorn.Server):
    """A server that ends at once, although pages wait for changes."""

    def __init__(self, desk: Desk, host: str, port: int) -> None:
        folder = desk.labelling.run.path / FOLDER
        self._socket, self.address = opened(folder, host, port)
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(
            uvicorn.Config(
                Gate(application(desk, self._stopping), self.address),
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE,
            )
        )

    def serve_until_stopped(self, ready: Callable[[Address], Any]) -> None:
        """Serve, after `ready` was called with the address; KeyboardInterrupt ends it."""
        ready(self.address)
        with self._socket:
            self.run(sockets=[self._socket])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on a signal: whoever waits for changes gets none."""
        self.stop()
        super().handle_exit(sig, frame)

    def stop(self) -> None:
        """End soon; from any thread."""
        self.should_exit = True
        with suppress(RuntimeError):  # the loop is closed
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def serve(self, sockets: Any = None) -> None:
        """Serve inside a loop."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)
