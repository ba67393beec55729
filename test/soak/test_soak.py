"""Load of every kind for minutes: nothing fails, nothing grows.

SOAK_SECONDS is shared by the tests.  Memory and descriptors of supervisor and
worker are compared in silence: after a warm-up, and at the end.
"""

import os
import random
import signal
import threading
import time

import pytest

from runner import SAN, until
from served import Served
from wire import Wire

SECONDS = float(os.environ.get("SOAK_SECONDS") or 600) / 2
WARM_UP, RELOAD_EVERY = min(30, SECONDS / 4), 2
# A heap that is cut up otherwise, not one that grows with every request.
SLACK_KIB = 1024

BIG = os.urandom(65536)


def check(answer, status, body=None):
    assert answer is not None, "closed without an answer"
    assert answer.status == status, answer
    assert body is None or answer.body == body, answer


def keep_alive(port):
    """One connection, and the next once an answer has said "close"."""
    wire = Wire(port)
    for path, status in [(f"/item/{n}", 200) for n in range(200)] + [
            ("/nope", 404), ("/fail", 500), ("/sleep/5", 200)]:
        answer = wire.get(path)
        check(answer, status)
        if answer.header("Connection") == "close":
            wire.socket.close()
            wire = Wire(port)
    wire.socket.close()


def one_shot(port):
    with Wire(port) as wire:
        check(wire.get("/json", "Connection: close"), 201)


def slow(port):
    with Wire(port) as wire:
        for byte in b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close" \
                    b"\r\nContent-Length: 5\r\n\r\nhello":
            wire.send(bytes([byte]))
            time.sleep(0.01)
        check(wire.read(), 200, b"hello")


def aborted(port):
    end = " HTTP/1.1\r\nHost: x\r\n"
    for begun in (f"GET /sleep/20{end}\r\n", f"GET /cancelled{end}\r\n",
                  f"POST /echo{end}Content-Length: 9999\r\n\r\nhalf", "GET /te"):
        Wire(port).send(begun).abort()


def malformed(port):
    for line, status in (("BAD", 400), ("GET /text HTTP/3.0", 505),
                         ("FOO /text HTTP/1.1\r\nHost: x", 501)):
        with Wire(port) as wire:
            check(wire.send(line + "\r\n\r\n").read(), status)


def big_bodies(port):
    for body, status in (BIG, 200), (BIG + b"b", 413):
        with Wire(port) as wire:
            check(wire.get("/echo", method="POST", body=body), status)
    with Wire(port) as wire:
        check(wire.get("/big/1000000"), 200, b"x" * 1000000)


KINDS = (keep_alive, one_shot, slow, aborted, malformed, big_bodies)


def load(port, seconds, every, act):
    """All kinds at once, each from a thread, until one fails."""
    done, faults, rounds = threading.Event(), [], {}

    def work(kind):
        while not done.is_set():
            try:
                kind(port)
                rounds[kind.__name__] = rounds.get(kind.__name__, 0) + 1
            except (AssertionError, OSError) as fault:
                faults.append(f"{kind.__name__}: {fault!r}")
                done.set()
            done.wait(random.uniform(0, 0.01))
    threads = [threading.Thread(target=work, args=(kind,)) for kind in KINDS]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end and not done.wait(every):
            act()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert faults == []
    print(f"\n{rounds}")


def usage(served):
    """(KiB of private memory, open descriptors) of supervisor and worker."""
    def of(pid):
        with open(f"/proc/{pid}/status") as status:
            rss, = [line for line in status if line.startswith("RssAnon")]
        return int(rss.split()[1]), len(os.listdir(f"/proc/{pid}/fd"))
    return [of(pid) for pid in (served.pid, *served.workers())]


@pytest.mark.parametrize("reloads", [False, True])
def test_load_of_every_kind_fails_nothing_and_leaves_nothing(reloads):
    with Served("routes") as served:
        fds = [fds for _, fds in usage(served)]

        def reload():
            count = len(served.find("reloaded"))
            served.kill(signal.SIGHUP)
            served.record("reloaded", count + 1)

        def measure():
            """Of a worker that has had as much load as any other."""
            load(served.port, WARM_UP, WARM_UP, lambda: None)
            until(lambda: len(served.workers()) == 1, "one worker")
            until(lambda: [fds for _, fds in usage(served)] == fds,
                  "a worker without connections")
            return usage(served)

        before = measure()
        load(served.port, SECONDS - 2 * WARM_UP, RELOAD_EVERY,
             reload if reloads else lambda: None)
        after = measure()
        print(f"(KiB, descriptors) of each process: {before}, then {after}")
        for (kib, _), (kib_before, _) in zip(after, before):
            # Sanitizers keep what was freed.
            assert SAN or kib <= kib_before + SLACK_KIB
        assert bool(served.find("reloaded")) == reloads
        assert served.stop() == 0
        assert served.lines == []
