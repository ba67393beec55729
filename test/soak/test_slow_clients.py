"""What 10,000 slow clients cost a fast one: paired rounds of one run.

Requests for each second of the worker's processor time are compared, so other
load on the machine does not count.
"""

import os
import socket
import statistics
import time

from crowd import raise_fd_limit
from runner import SAN
from served import Served
from slow import SlowClients

CLIENTS, EVERY = 10000, 5
HEADER_SECONDS = 30
ROUNDS, ROUND_SECONDS = 9, 3
LEAST = 0.9

REQUEST = b"GET /text HTTP/1.1\r\nHost: x\r\n\r\n"
BATCH = 16  # pipelined: one thread here must keep the worker busy


def cpu_seconds(pid):
    with open(f"/proc/{pid}/schedstat") as stat:
        return int(stat.read().split()[0]) / 1e9


class Fast:
    """One client on a few connections, as fast as it can."""

    def __init__(self, port):
        self.sockets = [socket.create_connection(("127.0.0.1", port))
                        for _ in range(4)]
        first = self.sockets[0]
        first.sendall(REQUEST)
        # All answers have this length: the Date does not change it.
        self.size = len(first.recv(65536))

    def close(self):
        for connection in self.sockets:
            connection.close()

    def run(self, seconds):
        """How many requests were answered."""
        count, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            for connection in self.sockets:
                connection.sendall(REQUEST * BATCH)
            for connection in self.sockets:
                left = self.size * BATCH
                while left > 0:
                    got = len(connection.recv(65536))
                    assert got > 0, "closed"
                    left -= got
                assert left == 0, "an answer of another length"
                count += BATCH
        return count


def speed(fast, pid):
    """Requests for each second of the worker's processor time."""
    before = cpu_seconds(pid)
    count = fast.run(ROUND_SECONDS)
    return count / (cpu_seconds(pid) - before)


def test_slow_clients_cost_a_fast_one_a_tenth_at_most_and_go():
    raise_fd_limit()
    with Served("routes", f"http.header_timeout={HEADER_SECONDS}",
                "http.keepalive_timeout=600", "http.access_log=false") as served:
        pid, = served.workers()
        fast, ratios = Fast(served.port), []
        speed(fast, pid)
        for number in range(ROUNDS):
            alone = speed(fast, pid)
            with SlowClients(served.port, CLIENTS, EVERY) as slow:
                beside = speed(fast, pid)
                ratios.append(beside / alone)
                print(f"\n{alone:.0f} alone, {beside:.0f} beside them", end="")
                if number == ROUNDS - 1:
                    answers = slow.answers(HEADER_SECONDS + 30)
        fast.close()
        median = statistics.median(ratios)
        print(f"\nratio {median:.3f} of {sorted(ratios)}")
        assert None not in answers
        assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers
                   if answer)
        assert SAN or median >= LEAST
