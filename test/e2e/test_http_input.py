"""What comes in: cookies, forms, uploads, limits; by raw sockets and clients."""

import contextlib
import json
import os
import stat
import time

import pytest
import requests

from runner import environment
from served import Served
from wire import Wire

URLENCODED = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def service():
    with Served("input") as served:
        yield served


@pytest.fixture
def wire(service):
    with Wire(service.port) as wire:
        yield wire


@pytest.fixture
def url(service):
    return f"http://127.0.0.1:{service.port}"


# ---- cookies ----

@pytest.mark.parametrize("headers, value", [
    (["Cookie: a=1; id=2; id=3"], b"2"),
    (['cookie: id="quoted"'], b"quoted"),
    (["Cookie: a=1", "Cookie: id=4"], b"4"),
    (["Cookie: a=1"], b"(none)"),
    ([], b"(none)"),
])
def test_a_cookie_is_found(wire, headers, value):
    assert wire.get("/cookie/id", *headers).body == value


def test_cookies_are_set_each_by_a_header_of_its_own(wire):
    answer = wire.get("/cookies")
    assert answer.header("Set-Cookie") == [
        "plain=1",
        "full=2; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax",
        "gone=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]
    assert answer.header("X") is None
    assert answer.body.startswith(b"-1 tomo_http_set_cookie: bad: a value has")


def test_a_client_sends_back_what_was_set(url):
    with requests.Session() as session:
        session.get(url + "/cookies")
        assert session.get(url + "/cookie/plain").text == "1"
        assert session.get(url + "/cookie/gone").text == "(none)"


# ---- forms ----

def form(wire, body, *headers):
    return json.loads(
        wire.get("/form", *headers, method="POST", body=body).body)


def test_an_urlencoded_form_is_decoded_in_order(wire):
    got = form(wire, b"a=1&b=x+y%21&a=2&c&=d&u=%C3%A5", URLENCODED)
    assert got["fields"] == [["a", "1"], ["b", "x y!"], ["a", "2"],
                             ["c", ""], ["", "d"], ["u", "å"]]
    assert (got["code"], got["files"]) == (0, [])
    answer = wire.get("/form/a", URLENCODED + " ; charset=utf-8",
                      method="POST", body=b"b=0&a=1&a=2")
    assert answer.body == b"1"


@pytest.mark.parametrize("headers, body, code, error", [
    (["Content-Type: application/json"], b"{}", -1, "neither urlencoded nor"),
    ([], b"a=1", -1, "neither urlencoded nor"),
    ([URLENCODED], b"a&" * 1001, -7, "more than 1,000 fields"),
    ([URLENCODED], b"a=" + b"x" * 8192, -7, "http.max_form_size"),
    (["Content-Type: multipart/form-data"], b"x", -1, "without a boundary"),
    (["Content-Type: multipart/form-data; boundary=b"], b"--b\r\nX",
     -1, "line end"),
])
def test_what_is_no_form_is_explained(wire, headers, body, code, error):
    got = form(wire, body, *headers)
    assert got["code"] == code
    assert error in got["error"]
    assert wire.get("/form/a", *headers, method="POST",
                    body=body).body == b"(none)"


def test_a_thousand_fields_are_a_form(wire):
    assert len(form(wire, b"a&" * 1000, URLENCODED)["fields"]) == 1000


def test_common_clients_upload_files_and_fields(url):
    answer = requests.post(
        url + "/form", data={"a": "1", "å": "x\r\ny"},
        files=[("file", ("../up/r.txt", b"text\r\n--", "text/csv")),
               ("file", ('q"\\.bin', "å".encode()))]).json()
    assert answer["fields"] == [["a", "1"], ["å", "x\r\ny"]]
    assert answer["files"] == [["file", "r.txt", "text/csv", "text\r\n--"],
                               ["file", answer["files"][1][1], "text/plain",
                                "å"]]


@pytest.mark.parametrize("size", [0, 1, 3000, 100000, 3000000])
def test_an_upload_comes_back_whole_from_memory_and_file(url, size):
    content = os.urandom(size)
    answer = requests.post(url + "/upload", files={"file": ("f", content)})
    assert (answer.status_code, answer.content) == (200, content)


def test_an_empty_file_input_is_no_file(wire):
    body = (b"--b\r\nContent-Disposition: form-data; name=\"file\"; "
            b"filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            b"\r\n--b--\r\n")
    header = "Content-Type: multipart/form-data; boundary=b"
    assert wire.get("/upload", header, method="POST", body=body).status == 400
    assert form(wire, body, header)["files"] == []


def test_a_large_form_does_not_hold_the_loop(serve):
    """Its content is all but the boundary: the slowest to take apart."""
    served = serve("input", "http.client_max_size=200M",
                   "runtime.stall_warning_ms=100")
    boundary = "a" * 70
    body = (f"--{boundary}\r\nContent-Disposition: form-data; name=file; "
            "filename=x\r\n\r\n" + "a" * 60000000 +
            f"\r\n--{boundary}--\r\n").encode()
    with Wire(served.port, timeout=60) as wire:
        answer = wire.get(
            "/form/none", f'Content-Type: multipart/form-data; boundary='
            f'"{boundary}"', method="POST", body=body)
    assert (answer.status, answer.body) == (200, b"(none)")
    assert served.find("handler held the loop") == []


def test_text_that_a_nul_would_cut_is_refused(wire):
    body = (b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n"
            b"x\0y\r\n--b--\r\n")
    got = form(wire, body, "Content-Type: multipart/form-data; boundary=b")
    assert (got["code"], got["fields"]) == (-1, [])


def test_an_upload_is_saved_to_a_new_file_only(url, tmp_path):
    path = tmp_path / "saved"
    content = os.urandom(200000)
    for status in 201, 409:
        answer = requests.post(url + "/save", data={"path": str(path)},
                               files={"file": ("f", content)})
        assert answer.status_code == status, answer.text
    assert "File exists" in answer.text
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    answer = requests.post(url + "/save",
                           data={"path": str(tmp_path / "no" / "such")},
                           files={"file": ("f", content)})
    assert "No such file" in answer.text


# ---- JSON ----

def brackets(size):
    """What costs most to read, of about that many bytes."""
    return b"[" + b",".join([b"[]"] * (size // 3)) + b"]"


def test_json_past_its_bound_is_refused(serve):
    served = serve("input", "http.max_json_size=1000")
    with Wire(served.port) as wire:
        answers = [wire.get(path, method="POST", body=brackets(size))
                   for path, size in [("/json", 900), ("/json", 1100),
                                      ("/json?return=1", 1100)]]
    assert [answer.status for answer in answers] == [200, 400, 413]
    assert answers[1].body == b"body: larger than http.max_json_size"


def test_large_json_does_not_hold_the_loop(serve):
    served = serve("input", "http.max_json_size=4M",
                   "runtime.stall_warning_ms=150")
    with Wire(served.port, timeout=60) as wire:
        answers = [wire.get("/json", method="POST", body=body)
                   for body in (brackets(3 << 20), brackets(3 << 20)[:-1])]
    assert [answer.status for answer in answers] == [200, 400]
    assert answers[0].body == str((3 << 20) // 3).encode()
    assert served.find("handler held the loop") == []


# ---- limits ----

NO_GRACE = "http.termination_grace_period_seconds=0"


@pytest.mark.parametrize("lines, status", [
    (["GET /" + "p" * 8200 + " HTTP/1.1", "Host: x"], 414),
    (["GET /text HTTP/1.1", "Host: x", *["A: b"] * 99], 404),
    (["GET /text HTTP/1.1", "Host: x", *["A: b"] * 100], 431),
    (["GET /text HTTP/1.1", "Host: x", *["A: " + "b" * 4000] * 5], 431),
    (["GET /text HTTP/1.1", "Host: x", "A: " + "b" * 8200], 400),
])
def test_a_head_has_its_bounds(wire, lines, status):
    assert wire.send("\r\n".join([*lines, "", ""])).read().status == status


@pytest.mark.parametrize("options, lines, status", [
    (["http.max_header_count=2"], ["A: b"], 404),
    (["http.max_header_count=2"], ["A: b", "A: b"], 431),
    (["http.max_header_size=2K"], ["A: " + "b" * 1900], 404),
    (["http.max_header_size=2K"], ["A: " + "b" * 2100], 431),
])
def test_the_bounds_of_a_head_are_options(serve, options, lines, status):
    with Wire(serve("input", *options).port) as wire:
        assert wire.get("/nope", *lines).status == status


def test_a_body_slower_than_the_rate_gets_408(serve):
    service = serve("input", "http.body_timeout=1", "http.min_body_rate=5000")
    with Wire(service.port) as wire:
        wire.send("POST /form HTTP/1.1\r\nHost: x\r\n"
                  "Content-Length: 100000\r\n\r\n")
        wire.socket.settimeout(0.05)
        start = time.monotonic()
        while not wire.buffer and time.monotonic() - start < 10:
            with contextlib.suppress(OSError):
                wire.send("x" * 100)._fill()
        assert wire.buffer.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - start < 5


def test_a_steady_body_may_take_longer_than_its_time_out(serve):
    service = serve("input", "http.body_timeout=1", "http.min_body_rate=1000")
    with Wire(service.port) as wire:
        wire.send("POST /form/a HTTP/1.1\r\nHost: x\r\n"
                  f"{URLENCODED}\r\nContent-Length: 6000\r\n\r\na=")
        end = time.monotonic() + 2.5
        for part in range(25):
            time.sleep(max(0, end - time.monotonic()) / (26 - part))
            wire.send("x" * 239)
        wire.send("x" * (6000 - 2 - 25 * 239))
        assert wire.read().status == 200


def test_the_temporary_files_of_all_bodies_have_a_bound(serve):
    service = serve("input", "http.total_body_file_size=100K",
                    "http.body_memory_size=4K")
    with Wire(service.port) as first, Wire(service.port) as second:
        first.send("POST /json HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 80001\r\n\r\n" + "x" * 80000)
        service.wait_until_busy(first)
        answer = second.get("/form/a", URLENCODED, method="POST",
                            body=b"a=" + b"x" * 50000)
        assert (answer.status, answer.header("Retry-After")) == (503, "1")
        assert first.send("x").read().status == 400
        service.wait_until_busy(first)
        assert second.get("/form/a", URLENCODED, method="POST",
                          body=b"a=" + b"x" * 50000).status == 200


def test_a_body_that_cannot_be_stored_is_told_of_once(serve):
    service = serve("input", env=environment(TMPDIR="/nonexistent"))
    with Wire(service.port) as wire:
        for _ in range(2):
            answer = wire.get("/form/a", URLENCODED, method="POST",
                              body=b"a=" + b"x" * 50000)
            assert (answer.status, answer.header("Retry-After")) == (503, "1")
    assert [(record["error"], record["folder"])
            for record in service.find("cannot store a request body")] == [
                ("No such file or directory", "/nonexistent")]


def test_past_max_connections_the_newest_gets_503(serve):
    service = serve("input", "http.max_connections=2", NO_GRACE)
    with contextlib.ExitStack() as stack:
        def connect():
            return stack.enter_context(Wire(service.port))
        service.wait_until_busy(None)
        for count in 1, 2:
            connect().send("GET /late/60000 HTTP/1.1\r\nHost: x\r\n\r\n")
            service.record("begins", count)
        third, fourth = connect(), connect()
        answer = third.read()
        assert (answer.status, answer.header("Retry-After"),
                answer.header("Connection")) == (503, "1", "close")
        assert fourth.read().status == 503
        # So many wait for their answer to be read that this gets none.
        assert connect().is_closed()
        third.socket.close()
        fourth.socket.close()
        assert service.wait_for(lambda: connect().read())


def test_an_idle_connection_makes_room_for_a_new_one(serve):
    service = serve("input", "http.max_connections=2", NO_GRACE)
    with contextlib.ExitStack() as stack:
        def connect():
            wire = stack.enter_context(Wire(service.port))
            assert wire.get("/cookie/a").status == 200
            return wire
        idle, newer, _newest = [connect() for _ in range(3)]
        assert idle.is_closed()
        assert newer.get("/cookie/a").status == 200


def test_the_one_idle_for_longest_makes_room(serve):
    service = serve("input", "http.max_connections=2", NO_GRACE)
    with Wire(service.port) as first, Wire(service.port) as second:
        assert first.get("/cookie/a") and second.get("/cookie/a")
        # Times are told apart by milliseconds.
        start = time.monotonic()
        while time.monotonic() - start < 0.02:
            assert first.get("/cookie/a").status == 200
        with Wire(service.port) as third:
            assert third.get("/cookie/a").status == 200
            assert second.is_closed()
            assert first.get("/cookie/a").status == 200


def test_a_connection_that_says_nothing_makes_room_after_a_second(serve):
    service = serve("input", "http.max_connections=2",
                    "http.header_timeout=600")

    def is_served():
        with contextlib.suppress(OSError, EOFError), \
                Wire(service.port) as wire:
            return wire.get("/cookie/a").status == 200
    service.wait_until_busy(None)
    with Wire(service.port) as first, Wire(service.port) as second:
        assert service.wait_for(is_served)
        assert first.is_closed()
        assert second.get("/cookie/a").status == 200


def test_connections_that_only_wait_to_be_closed_have_a_bound(serve):
    service = serve("input", "http.max_connections=2", NO_GRACE)
    with contextlib.ExitStack() as stack:
        def connect():
            return stack.enter_context(Wire(service.port))

        def refused():
            wire = connect()
            with contextlib.suppress(ConnectionError):
                return wire.send("BAD\r\n\r\n").read() and wire
        service.wait_until_busy(None)
        lingering = [refused() for _ in range(4)]
        assert None not in lingering
        assert refused() is None
        lingering[0].socket.close()
        assert service.wait_for(refused)


def test_past_max_calls_the_answer_says_when_to_come_again(serve):
    service = serve("input", "runtime.max_calls=1", NO_GRACE)
    with Wire(service.port) as busy, Wire(service.port) as wire:
        busy.send("GET /late/60000 HTTP/1.1\r\nHost: x\r\n\r\n")
        service.record("begins")
        answer = wire.get("/cookie/a")
        assert (answer.status, answer.header("Retry-After")) == (503, "1")
