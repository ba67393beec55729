"""What websockets cost: at full size when SOAK_SECONDS is set."""

import os
import re

import pytest

from crowd import raise_fd_limit
from runner import SAN, until
from served import Served
from ws_wire import TEXT, Socket, frame

FULL = bool(os.environ.get("SOAK_SECONDS"))
IDLE = 10000 if FULL else 1000
MESSAGES = 1000000 if FULL else 50000
BATCH = 500

pytestmark = pytest.mark.skipif(bool(SAN), reason="a sanitizer's memory")


def private_bytes(server):
    """Anonymous memory of the worker: heap and stacks."""
    pid, = server.workers()
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return 1024 * int(re.search(r"Anonymous: +(\d+)", file.read())[1])


def descriptors(server):
    pid, = server.workers()
    return len(os.listdir(f"/proc/{pid}/fd"))


def open_all(server, count):
    peers = [Socket(server.port, "/echo") for _ in range(count)]
    for peer in peers:
        peer.tell("x" * 64)
    for peer in peers:
        assert peer.text() == "x" * 64
    return peers


def test_an_idle_websocket_costs_a_page_of_stack_and_less_than_1_kib():
    raise_fd_limit()
    with Served("ws", f"runtime.max_calls={2 * IDLE}") as server:
        peers = open_all(server, 100)
        before = private_bytes(server)
        others = descriptors(server) - len(peers)
        peers += open_all(server, IDLE)
        until(lambda: len(server.access()) >= len(peers), "all are logged")
        each = (private_bytes(server) - before) / IDLE
        for peer in peers:
            peer.socket.close()
        until(lambda: descriptors(server) <= others, "all are gone")
    print(f"{IDLE} idle: {each:.0f} bytes each, the stack's page included")
    assert each <= 4096 + 1024


def test_a_long_talk_does_not_grow():
    with Served("ws") as server, Socket(server.port, "/echo") as peer:
        messages = frame(TEXT, "x" * 64) * BATCH
        answers = BATCH * (2 + 64)

        def talk(count):
            for _ in range(count // BATCH):
                peer.send(messages)
                peer._take(answers)

        talk(5000)
        before = private_bytes(server)
        talk(MESSAGES)
        grown = private_bytes(server) - before
    print(f"{MESSAGES} echoes: grown by {grown} bytes")
    assert grown < 65536
