"""Bodies that a handler reads while they come (.stream_body)."""

import contextlib
import os
import time

import pytest

from runner import SAN
from served import Served
from wire import Wire

HEAD = "POST {} HTTP/1.1\r\nHost: x\r\n{}\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"
NEXT = "GET /cookie/none HTTP/1.1\r\nHost: x\r\n\r\n"
UPLOAD_MIB = 1024 if os.environ.get("SOAK_SECONDS") else 64


def head(path, *headers):
    return HEAD.format(path, "\r\n".join(headers))


@pytest.fixture(scope="module")
def service():
    with Served("input", "http.body_timeout=1") as served:
        yield served


@pytest.fixture
def wire(service):
    with Wire(service.port) as wire:
        yield wire


def answers_next(wire):
    """Whether the connection is where a next request begins."""
    return wire.send(NEXT).read().body == b"(none)"


@pytest.mark.parametrize("size", [1, 1000, 65536, 65537, 1000000])
def test_a_stream_is_read_whole_by_length_and_in_chunks(wire, size):
    body = os.urandom(size)
    want = f"{size} {sum(body)}".encode()
    wire.send(head("/count", f"Content-Length: {size}")).send(body)
    assert wire.read().body == want
    wire.send(head("/count", CHUNKED))
    for at in range(0, size, 70001):
        piece = body[at:at + 70001]
        wire.send(f"{len(piece):x}\r\n").send(piece).send("\r\n")
    assert wire.send("0\r\n\r\n").read().body == want
    assert answers_next(wire)


def test_a_row_that_streams_takes_requests_without_a_body(wire):
    assert wire.get("/count").body == b"0 0"
    assert wire.get("/count", method="POST", body=b"").body == b"0 0"


def test_a_pipelined_request_behind_a_stream_is_answered(wire):
    wire.send(head("/count", "Content-Length: 3") + "abc" +
              head("/count", CHUNKED) + "3\r\nabc\r\n0\r\n\r\n" + NEXT)
    assert [wire.read().body for _ in range(3)] == \
        [b"3 294", b"3 294", b"(none)"]


def test_a_handler_runs_before_its_body_has_come(service, wire):
    wire.send(head("/late/0", "Content-Length: 3"))
    service.record("reads")
    assert wire.send("abc").read().body == b"1 3"


def test_continue_is_said_at_the_first_read(service, wire):
    before = len(service.find("reads"))
    wire.send(head("/late/100", "Content-Length: 3", "Expect: 100-continue"))
    assert wire.read().status == 100
    assert len(service.find("reads")) > before
    assert wire.send("abc").read().body == b"1 3"
    assert answers_next(wire)


def test_nobody_is_told_to_continue_whose_body_is_not_read(wire):
    wire.send(head("/ignore", "Content-Length: 3", "Expect: 100-continue"))
    answer = wire.read()
    assert (answer.status, answer.header("Connection")) == (200, "close")
    assert wire.end().is_closed()


def test_a_small_rest_is_dropped_and_the_connection_stays(wire):
    wire.send(head("/ignore", "Content-Length: 100000")).send("x" * 100000)
    answer = wire.read()
    assert (answer.body, answer.header("Connection")) == \
        (b"not read", "keep-alive")
    assert answers_next(wire)


@pytest.mark.parametrize("headers, body", [
    ("Content-Length: 1000000", "x" * 1000000),
    (CHUNKED, "f4240\r\n" + "x" * 1000000),
    (CHUNKED, "bad\n"),
])
def test_a_large_or_bad_rest_ends_the_connection(wire, headers, body):
    wire.send(head("/ignore", headers))
    with contextlib.suppress(OSError):
        wire.send(body)
    assert wire.read().body == b"not read"
    assert wire.end().is_closed()


def test_a_rest_that_never_comes_ends_the_connection(wire):
    wire.send(head("/ignore", "Content-Length: 10") + "abc")
    began = time.monotonic()
    assert wire.read().status == 200
    assert time.monotonic() - began < 1
    assert wire.is_closed()


@pytest.mark.parametrize("path, headers, body, code, status", [
    ("/tiny", CHUNKED, "b\r\nhello world\r\n0\r\n\r\n", -7, 413),
    ("/count", CHUNKED, "3\r\nabcX", -10, 400),
    ("/count", "Content-Length: 10", "abc", -4, 408),
    ("/hurry", "Content-Length: 10", "abc", -4, 408),
])
def test_a_stream_that_breaks_tells_handler_and_client(
        service, wire, path, headers, body, code, status):
    before = len(service.find("stream ended"))
    answer = wire.send(head(path, headers) + body).read()
    assert service.record("stream ended", before + 1)["code"] == code
    assert answer.status == status
    assert answer.header("Connection") == "close"
    assert wire.end().is_closed()


def test_a_length_past_the_limit_never_reaches_the_handler(service, wire):
    before = len(service.find("stream ended"))
    wire.send(head("/tiny", "Content-Length: 11") + "hello world")
    assert wire.read().status == 413
    assert len(service.find("stream ended")) == before


@pytest.mark.parametrize("leave", ["end", "abort"])
def test_a_peer_that_leaves_early_ends_the_read(service, leave):
    before = len(service.find("stream ended"))
    wire = Wire(service.port)
    wire.send(head("/count", "Content-Length: 10") + "abc")
    getattr(wire, leave)()
    record = service.record("stream ended", before + 1)
    assert record["code"] == -5
    wire.socket.close()


@pytest.mark.parametrize("size", [3, 200000])
def test_a_peer_that_ends_before_its_turn_ends_the_read(service, size):
    begun, ended = (len(service.find(m)) for m in ("begins", "stream ended"))
    with Wire(service.port) as wire:
        wire.send(head("/late/300", "Content-Length: 0") +
                  head("/count", "Content-Length: 1000000") + "x" * size)
        service.record("begins", begun + 1)
        wire.end()
        record = service.record("stream ended", ended + 1)
        assert (record["code"], record["size"]) == (-5, size)


def test_a_trickle_wins_no_time(service, wire):
    wire.send(head("/count", "Content-Length: 1000"))
    wire.socket.settimeout(0.1)
    start = time.monotonic()
    while time.monotonic() - start < 10 and b"\r\n\r\n" not in wire.buffer:
        with contextlib.suppress(OSError):
            wire.send("x")._fill()
    assert wire.buffer.startswith(b"HTTP/1.1 408 ")


def test_a_handler_that_does_not_read_holds_the_peer_back(service):
    """What the system buffers for both sides bounds what can be sent."""
    with Wire(service.port, timeout=1) as wire:
        wire.send(head("/late/3000", "Content-Length: 100000000"))
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 100000000:
                sent += wire.socket.send(b"x" * 65536)
        # Longer than the body's time-out, which does not run meanwhile.
        wire.socket.settimeout(10)
        assert wire.read().body.startswith(b"1 ")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def test_an_answer_to_a_body_that_is_not_read_leaves_the_cpu_alone(service):
    pid, = service.workers()
    with Wire(service.port) as wire:
        wire.send(head("/answer-first", "Content-Length: 1000000"))
        wire.send("x" * 100000)
        while wire.buffer.count(b"x") < 4 << 20:
            assert wire._fill()
        before = cpu_seconds(pid)
        while not wire.buffer.endswith(b"\r\n0\r\n\r\n"):
            assert wire._fill()
        assert cpu_seconds(pid) - before < 0.3


def test_a_reset_is_noticed_while_nothing_is_read(service):
    begun, read = (len(service.find(m)) for m in ("begins", "reads"))
    wire = Wire(service.port, timeout=1)
    wire.send(head("/cancelled/60000", "Content-Length: 4000000"))
    service.record("begins", begun + 1)
    wire.send("x" * 200000)
    service.wait_until_busy(wire)
    wire.abort()
    service.record("reads", read + 1)


def test_accessors_of_a_whole_body_say_what_to_use(wire):
    answer = wire.get("/wrong", method="POST", body=b"abc")
    assert answer.body == b"0 0 -1 tomo_http_form_at: body: the row has " \
                          b".stream_body = 1: use tomo_http_read()"
    answer = wire.get("/not-streamed", method="POST", body=b"abc")
    assert answer.body == \
        b"-1 tomo_http_read: the row has no .stream_body = 1"


@pytest.mark.parametrize("keep", ["close", "keep-alive"])
@pytest.mark.parametrize("framing, rest", [
    ("Content-Length: 10", b"defghij"),
    ("Transfer-Encoding: chunked", b"def\r\n0\r\n\r\n")])
def test_an_early_answer_does_not_wait_for_the_body(
        wire, framing, rest, keep):
    first = "abc" if "Length" in framing else "6\r\nabc"
    began = time.monotonic()
    wire.send(head("/ignore", framing, f"Connection: {keep}") + first)
    answer = wire.read()
    assert time.monotonic() - began < 1
    assert (answer.status, answer.header("Connection")) == (200, keep)
    if keep == "keep-alive":
        wire.send(rest)
        assert wire.get("/ignore", method="POST", body=b"x").status == 200


def test_past_max_calls_a_stream_is_refused_and_closed(serve):
    service = serve("input", "runtime.max_calls=1",
                    "http.termination_grace_period_seconds=0")
    with Wire(service.port) as busy, Wire(service.port) as wire:
        busy.send(head("/late/60000", "Content-Length: 3"))
        wire.send(head("/count", "Content-Length: 3"))
        answer = wire.read()
        assert (answer.status, answer.header("Connection")) == (503, "close")


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return int(line.split()[1])


@pytest.mark.skipif(bool(SAN), reason="a sanitizer keeps freed memory")
def test_an_upload_of_any_size_takes_no_memory(serve):
    service = serve("input")
    pid, = service.workers()
    block = bytes(1 << 20)
    with Wire(service.port) as wire:
        for mib in 2, UPLOAD_MIB:
            before = resident_kib(pid)
            wire.send(head("/big", f"Content-Length: {mib << 20}"))
            for _ in range(mib):
                wire.send(block)
            assert wire.read().body == f"{mib << 20} 0".encode()
    assert resident_kib(pid) - before < 1024
