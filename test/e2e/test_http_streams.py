"""Streams beside each other: whose bytes, whose turn, whose call."""

import contextlib
import zlib

import pytest

from served import Served
from wire import Wire

EINVAL = -1


@pytest.fixture
def serve():
    """Starts services that end with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *options: stack.enter_context(
            Served("streams", *options))


def noise(size):
    seed, data = 1, bytearray()
    for _ in range(size):
        seed = (seed * 1664525 + 1013904223) & 0xffffffff
        data.append(seed >> 24)
    return bytes(data)


@pytest.mark.parametrize("options, headers, size", [
    (["http.send_buffer=1024"], 20, 3000),
    (["http.compression=true"], 0, 100000),
    ([], 1000, 70000),
], ids=["small-buffer", "compressed", "long-head"])
def test_a_head_goes_to_its_own_client(serve, options, headers, size):
    service = serve(*options)
    with Wire(service.port) as one, Wire(service.port) as two, \
            Wire(service.port) as probe:
        wires = {"one": one, "two": two}
        for count, (who, wire) in enumerate(wires.items(), 1):
            wire.send(f"GET /gated?who={who}&headers={headers}&size={size} "
                      "HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
            service.record("waits at the gate", count)
        answer = probe.get("/open")
        assert (answer.body, answer.header("X-Who")) == (b"open", None)
        for who, wire in wires.items():
            answer = wire.read()
            assert (answer.status, answer.header("X-Who")) == (200, who)
            body = answer.body
            if answer.header("Content-Encoding") == "gzip":
                body = zlib.decompress(body, 31)
            assert body == noise(size)


def test_many_small_pieces_leave_the_others_their_turn(serve):
    service = serve()
    with Wire(service.port) as wire:
        assert wire.get("/lines").body.count(b"\n") == 6400
        assert service.record("lines are written")["turns"] >= 90


def test_a_stream_is_read_and_written_on_its_own_call_only(serve):
    service = serve()
    with Wire(service.port) as wire:
        answer = wire.get("/shared", method="POST", body=b"body")
        assert (answer.status, answer.body) == (200, b"own")
        record = service.record("used")
        assert (record["write"], record["event"], record["read"]) == \
            (EINVAL, EINVAL, EINVAL)
        assert record["error"] == \
            "tomo_http_read: a task cannot use the call of another"


@pytest.mark.parametrize("query, cache, coding", [
    ("", "no-cache", "gzip"),
    ("?cache=private,%20no-transform", "private, no-transform", None)])
def test_events_keep_the_cache_control_that_was_set(
        serve, query, cache, coding):
    service = serve("http.compression=true")
    with Wire(service.port) as wire:
        answer = wire.get(f"/event{query}", "Accept-Encoding: gzip")
        assert answer.header("Cache-Control") == cache
        assert answer.header("Content-Encoding") == coding
