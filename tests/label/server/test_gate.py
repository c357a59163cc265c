"""Who is let in: the page itself, and nobody else."""

import json
import re
import socket
import stat

import pytest
from tests.label.server.conftest import serving

from inkcluster.errors import BadInputError
from inkcluster.label.kept import FOLDER
from inkcluster.label.server import address
from inkcluster.label.server.gate import HEADERS, MAX_BODY


@pytest.fixture(scope="module")
def client(untouched):
    return untouched


UNDO = {"id": "a" * 16, "kind": "undo"}


def test_every_answer_has_the_headers_and_none_lets_another_site_in(client):
    token = client.address.token
    for path in (f"/{token}/", f"/{token}/api/state", f"/{token}/nothing", "/nothing"):
        _, headers, _ = client.send("GET", path)
        assert {name: headers[name] for name in HEADERS} == HEADERS
        assert not [name for name in headers if name.lower().startswith("access-control")]
        assert "server" not in {name.lower() for name in headers}
    assert "unsafe" not in HEADERS["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/x/", "/x/api/state", "//", "/TOKEN", "/TOKEN0/", "/%00/"])
def test_without_the_token_there_is_nothing(client, path):
    status, _, content = client.send("GET", path.replace("TOKEN", client.address.token))
    assert (status, content) == (404, b"")


@pytest.mark.parametrize(
    "line", ["OPTIONS *", "CONNECT HOST", "GET /TOKEN/api/group/" + "9" * 5000]
)
@pytest.mark.parametrize("host", ["HOST", "evil.example"])
def test_a_target_that_is_no_page_is_nothing(client, line, host):
    where = client.address
    asked = f"{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    asked = asked.replace("HOST", where.authority).replace("TOKEN", where.token)
    with socket.create_connection((where.host, where.port), timeout=10) as connection:
        connection.sendall(asked.encode())
        head, _, content = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.split()[1] == (b"404" if host == "HOST" else b"421")
    assert b"content-security-policy" in head
    assert content == b"0\r\n\r\n" or not content


@pytest.mark.parametrize("host", ["evil.example", "localhost:PORT", "127.0.0.1", "127.0.0.1:1"])
def test_a_foreign_host_is_refused(client, host):
    host = host.replace("PORT", str(client.address.port))
    status, _, content = client.send("GET", f"/{client.address.token}/", host=host)
    assert (status, content) == (421, b"")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost", None])
def test_a_foreign_origin_cannot_act(client, origin):
    status, said = client.post(UNDO, Origin=origin)
    assert status == 403
    assert said["error"].endswith(".")
    assert not client.labelling.events


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None, ""])
def test_only_json_is_read(client, kind):
    assert client.post(UNDO, **{"Content-Type": kind})[0] == 415


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "PATCH"])
def test_other_methods_are_refused(client, method):
    assert client.send(method, f"/{client.address.token}/api/state")[0] == 405
    assert client.send("GET", f"/{client.address.token}/api/act")[0] == 405


@pytest.mark.parametrize(
    "path",
    ["../run.json", "..%2frun.json", "%2e%2e/%2e%2e/etc/passwd", "gate.py", "api/../gate.py"],
)
def test_no_path_leads_to_a_file(client, path):
    status, _, content = client.send("GET", f"/{client.address.token}/{path}")
    assert status == 404
    assert json.loads(content)["error"] == "There is no such page."


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"1", b'"undo"', b"\xff\xfe", b"[" * 60_000, b'{"kind": 1}',
        b'{"kind": "<b>"}', b'{"kind": "undo"}', b'{"kind": "undo", "id": "short"}',
        b'{"kind": "undo", "id": "aaaaaaaaaaaaaaaa", "path": "/etc/passwd"}',
        b'{"kind": "later", "id": "aaaaaaaaaaaaaaaa", "group": true, "version": 0}',
        b'{"kind": "later", "id": "aaaaaaaaaaaaaaaa", "group": 1e3, "version": 0}',
        b'{"kind": "later", "id": "aaaaaaaaaaaaaaaa", "group": ' + b"9" * 5000 + b"}",
        b'{"kind": "add name", "id": "aaaaaaaaaaaaaaaa", "text": "\\ud800"}',
        b'{"kind": "add name", "id": "aaaaaaaaaaaaaaaa", "text": ""}',
        b'{"kind": "accept", "id": "aaaaaaaaaaaaaaaa", "confidence": NaN, "count": 1}',
        b'{"kind": "check", "id": "aaaaaaaaaaaaaaaa", "rows": [300], "names": [null]}',
        b'{"kind": "rename", "id": "aaaaaaaaaaaaaaaa", "rows": [300], "name": "x"}',
    ],
)  # fmt: skip
def test_an_odd_body_gets_a_sentence_and_does_nothing(client, body):
    status, said = client.post(body)
    assert status == 400
    assert re.fullmatch(r"[A-Z].{5,300}\.", said["error"])
    assert not client.labelling.events


def raw(client, content, timeout=20):
    """What comes back for these bytes."""
    with socket.create_connection((client.address.host, client.address.port), timeout) as stream:
        stream.sendall(content)
        return stream.recv(65_536)


def head(client, length):
    a = client.address
    return (
        f"POST /{a.token}/api/act HTTP/1.1\r\nHost: {a.authority}\r\nOrigin: {a.origin}\r\n"
        f"Content-Type: application/json\r\n{length}\r\n\r\n"
    ).encode()


def test_a_large_body_is_not_read(client):
    said = raw(client, head(client, "Content-Length: 104857600"))  # and nothing of it is sent
    assert said.startswith(b"HTTP/1.1 413")
    chunk = b"%x\r\n" % 40_000 + b" " * 40_000 + b"\r\n"
    said = raw(client, head(client, "Transfer-Encoding: chunked") + chunk * 2)
    assert said.startswith(b"HTTP/1.1 413")
    exactly = json.dumps(UNDO).encode().ljust(MAX_BODY)
    assert client.post(exactly)[1]["error"] == "There is nothing to undo."


def test_who_sends_half_a_request_holds_nobody_up(client):
    with socket.create_connection((client.address.host, client.address.port)) as slow:
        slow.sendall(head(client, "Content-Length: 500") + b'{"kind"')
        with socket.create_connection((client.address.host, client.address.port)) as slower:
            slower.sendall(b"GET / HT")
            assert client.get("state")[0] == 200


def test_a_repeated_host_is_refused(client):
    a = client.address
    lines = f"GET /{a.token}/ HTTP/1.1\r\nHost: {a.authority}\r\nHost: evil.example\r\n\r\n"
    assert raw(client, lines.encode())[9:12] in (b"400", b"421")


def test_token_and_port_survive_a_restart_and_are_its_owners_alone(run_of_digits):
    with serving(run_of_digits) as first:
        before = first.address
    with serving(run_of_digits) as second:
        assert second.address == before
    kept = run_of_digits.path / FOLDER / address.FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.write_text("{")
    with serving(run_of_digits) as third:
        assert third.address.token != before.token


@pytest.mark.parametrize(("host", "port"), [("0.0.0.0", 0), ("", 0), ("127.0.0.1", 70_000)])
def test_only_loopback_and_ports_that_there_are(tmp_path, host, port):
    with pytest.raises(BadInputError):
        address.opened(tmp_path, host, port)
    assert not list(tmp_path.iterdir())
