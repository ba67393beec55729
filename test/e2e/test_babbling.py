"""A service that writes to the supervisor's connection, or takes it away."""

import http.client
import signal
import socket
import struct
import time

import pytest

from runner import LIMIT, Runner, service, until

LOADING, CRASHED, FRAMES = 1, 10, 11
SEGV = signal.SIGSEGV
NO_TEXTS = b"\n" * 4


def message(kind, *numbers, text=b""):
    """As runtime/process/control.c packs it."""
    numbers += (0,) * (5 - len(numbers))
    return struct.pack("=II5q", 0x746f6d6f, kind, *numbers) + text


def post(runner, path, body=b"", **headers):
    """Sends without waiting; returns the connection."""
    connection = http.client.HTTPConnection("127.0.0.1", runner.port,
                                            timeout=LIMIT)
    connection.request("POST", path, body=body, headers=headers)
    return connection


def is_cut_off(connection):
    try:
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return True
    finally:
        connection.close()
    return False


def test_a_flood_of_messages_is_broken_off_once():
    with Runner(service("babbling")) as runner:
        assert is_cut_off(post(runner, "/flood", message(LOADING)))
        runner.record("worker failed")
        assert runner.stop() == 0
        killed, = runner.find("worker killed")
        assert "LOADING" in killed["reason"]


@pytest.mark.parametrize("said, why", [
    (b"\0" * 10, "that is none"),
    (message(CRASHED, SEGV, text=NO_TEXTS)[:30], "that is none"),
    (message(LOADING, text=b"x" * 70000), "too long"),
    (message(CRASHED, SEGV), "CRASHED that makes no sense"),
    (message(CRASHED, SEGV, text=b"f\nGET /\n"), "CRASHED that makes no sense"),
    (message(CRASHED, SEGV, text=b"\x1b[2J" + NO_TEXTS), "CRASHED that makes"),
    (message(CRASHED, SEGV, text=b"x" * 5000 + NO_TEXTS), "CRASHED that makes"),
    (message(CRASHED, SEGV, text=b"\0" + NO_TEXTS), "a NUL"),
    (message(CRASHED, signal.SIGKILL, text=NO_TEXTS), "CRASHED that makes"),
    (message(FRAMES, text=b" 7f"), "FRAMES that makes no sense"),
], ids=["zeros", "cut", "too-long", "no-text", "two-lines", "escapes",
        "long-line", "nul", "no-fault", "no-crash"])
def test_what_makes_no_sense_ends_the_worker(said, why):
    with Runner(service("babbling")) as runner:
        post(runner, "/say", said).close()
        assert why in runner.record("worker killed")["reason"]
        runner.record("worker failed")
        assert runner.find("worker crashed") == []
        assert runner.stop() == 0


@pytest.mark.parametrize("number, text", [
    (0, b""),
    (0, b" "),
    (0, b"  ffffffffffffffffffffffffffffffffff 0 1"),
    (2**31 - 1, b" 1" * 10000),
    (1, b" 1"),
    (2**31, b" 1"),
    (-1, b" 1"),
    (0, b" 1,2"),
], ids=["none", "blank", "too-large", "too-many", "too-few", "gap-too-large",
        "gap-negative", "no-hex"])
def test_frames_that_are_lies_harm_nobody(number, text):
    with Runner(service("babbling")) as runner:
        post(runner, "/say", message(CRASHED, SEGV, text=NO_TEXTS)).getresponse()
        assert is_cut_off(post(runner, "/say-and-crash",
                               message(FRAMES, number, text=text)))
        until(lambda: runner.find("worker crashed") or
              runner.find("worker failed"), "the report")
        assert runner.stop() == 0


def test_a_crash_without_the_connection_ends_at_once():
    with Runner(service("babbling")) as runner:
        begun = time.monotonic()
        assert is_cut_off(post(runner, "/crash-without"))
        # The supervisor kills it after two seconds, and so long would it wait.
        assert time.monotonic() - begun < 1.9
        assert runner.record("worker crashed")["reason"] == "SIGSEGV"
        assert runner.stop() == 0


def test_a_crash_is_not_told_to_who_has_the_connection_s_number(tmp_path):
    path = str(tmp_path / "other")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other, \
            Runner(service("babbling")) as runner:
        other.bind(path)
        other.setblocking(False)
        assert is_cut_off(post(runner, "/crash-without", **{"X-Instead": path}))
        with pytest.raises(BlockingIOError):
            other.recv(1)
        assert runner.record("worker crashed")["reason"] == "SIGSEGV"
        assert runner.stop() == 0
