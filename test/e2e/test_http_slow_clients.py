"""A thousand clients that never finish their head; ten times as many, and what
they cost, is in test/soak."""

import time

import pytest

from crowd import raise_fd_limit
from runner import SAN
from served import Served
from slow import SlowClients
from wire import Wire

HEADER_SECONDS = 3


@pytest.fixture(autouse=True)
def many_descriptors():
    raise_fd_limit()


def test_slow_clients_hold_up_nobody_and_are_gone_after_the_header_time():
    with Served("routes", f"http.header_timeout={HEADER_SECONDS}") as served:
        with SlowClients(served.port, 1000, every=1) as slow:
            begin = time.monotonic()
            with Wire(served.port) as fast:
                for _ in range(100):
                    assert fast.get("/text").status == 200
            answers = slow.answers(timeout=HEADER_SECONDS + (30 if SAN else 5))
            assert time.monotonic() - begin > HEADER_SECONDS / 2
        assert None not in answers
        assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers
                   if answer)
        # One that sends while it is told may lose the answer to a reset.
        assert sum(bool(answer) for answer in answers) > 900
        with Wire(served.port) as wire:
            assert wire.get("/text").status == 200
