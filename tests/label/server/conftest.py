"""A real server in a thread, and a client that sends what it is told to."""

import http.client
import json
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from inkcluster.label.pictures import of_run
from inkcluster.label.server.desk import Desk
from inkcluster.label.server.serve import Server
from inkcluster.label.server.thinking import Thinking
from inkcluster.study.run.run import Run


@dataclass
class Client:
    """Requests to one server; each on a connection of its own."""

    server: Server
    labelling: Thinking

    @property
    def address(self):
        return self.server.address

    def send(self, method, path, body=None, *, host=None, timeout=60, **headers):
        """Status, headers and content; `path` is what follows the token."""
        connection = http.client.HTTPConnection(
            self.address.host, self.address.port, timeout=timeout
        )
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(
                method, path, body, {"Host": host or self.address.authority, **named}
            )
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def get(self, path):
        status, _, content = self.send("GET", f"/{self.address.token}/api/{path}")
        return status, json.loads(content)

    def post(self, body, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Origin": self.address.origin, "Content-Type": "application/json", **headers}
        sent = {name: value for name, value in given.items() if value is not None}
        status, _, said = self.send("POST", f"/{self.address.token}/api/act", content, **sent)
        return status, json.loads(said)


@contextmanager
def serving(run, port=0, **how):
    """A client of a server of `run`, which ends with the block."""
    labelling = Thinking(run, who="Ada", **how)
    server = Server(Desk(labelling, of_run(run), "light on dark"), "127.0.0.1", port)
    started = threading.Event()
    thread = threading.Thread(target=server.serve_until_stopped, args=(lambda _: started.set(),))
    thread.start()
    try:
        assert started.wait(60)
        yield Client(server, labelling)
    finally:
        server.stop()
        thread.join(60)
        assert not thread.is_alive()
        labelling.close()


@pytest.fixture(scope="module")
def untouched(studied_digits, tmp_path_factory):
    """A client for the tests of a file that change nothing."""
    folder = tmp_path_factory.mktemp("untouched") / "run"
    with serving(Run.open(shutil.copytree(studied_digits, folder))) as found:
        yield found


@pytest.fixture
def client(run_of_digits):
    with serving(run_of_digits) as found:
        yield found
