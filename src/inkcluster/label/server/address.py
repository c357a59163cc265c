"""Where the page of a labelling is: a host, a port and a secret token, kept so that an open tab survives a restart."""

from __future__ import annotations

import json
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.files import remove

FILE = "page.json"
HOSTS = ("127.0.0.1", "::1")
TOKEN_BYTES = 24


@dataclass(frozen=True)
class Address:
    """A host, a port, and the token without which nothing is answered."""

    host: str
    port: int
    token: str

    @property
    def authority(self) -> str:
        """What a browser sends as Host.

        >>> Address("::1", 8000, "t").authority
        '[::1]:8000'
        """
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """What a browser sends as Origin when the page writes."""
        return f"http://{self.authority}"

    @property
    def url(self) -> str:
        """The page."""
        return f"{self.origin}/{self.token}/"


def opened(folder: Path, host: str, port: int) -> tuple[socket.socket, Address]:
    """A socket that listens, and its address; token and port are those of last time where possible.

    Parameters
    ----------
    folder : path
        The labelling's, where they are kept for its owner alone.
    host : str
        One of :data:`HOSTS`.
    port : int
        0 for the one of last time, or any.

    Raises
    ------
    BadInputError
        If it is no loopback address, or the port is taken.
    RunFolderError
        If the token cannot be kept.
    """
    check_host(host)
    token, last = _kept(folder / FILE)
    listening = _listening(host, port) if port else _listening_again(host, last)
    address = Address(host, listening.getsockname()[1], token or secrets.token_urlsafe(TOKEN_BYTES))
    _keep(folder / FILE, address)
    return listening, address


def check_host(host: str) -> None:
    """Raise BadInputError if it is no loopback address."""
    if host not in HOSTS:
        raise BadInputError(
            f"The page is served on {' or '.join(HOSTS)} only, not on {host}: it is for this machine alone."
        )


def _kept(path: Path) -> tuple[str, int]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        token, port = content["token"], content["port"]
        if isinstance(token, str) and len(token) >= TOKEN_BYTES and isinstance(port, int):
            return token, port
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return "", 0


def _keep(path: Path, address: Address) -> None:
    """Write it so that nobody else can ever read it."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            json.dump({"token": address.token, "port": address.port}, stream)
        aside.replace(path)
    except OSError as error:
        remove(aside)
        raise RunFolderError(f"{path} cannot be written: {error.strerror or error}.") from error


def _listening_again(host: str, last: int) -> socket.socket:
    if 0 < last < 65536:
        with suppress(BadInputError):
            return _listening(host, last)
    return _listening(host, 0)


def _listening(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if os.name == "posix":  # a port just closed can be had again at once
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        raise BadInputError(
            f"Port {port} of {host} cannot be used ({getattr(error, 'strerror', None) or error}); give another "
            "one with --port."
        ) from error
    return made
