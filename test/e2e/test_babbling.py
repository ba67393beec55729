"""A service that writes to the supervisor's connection, or takes it away."""

import http.client
import struct

from runner import LIMIT, Runner, service

LOADING = 1


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
