"""Reload after reload under load of all kinds: no request fails.

SOAK_SECONDS asks for the full count.
"""

import os
import signal
import threading
import time

import pytest

from generations import CRASH, generation
from runner import SAN, Runner, service, until
from wire import Wire

RELOADS = 500 if os.environ.get("SOAK_SECONDS") else 50
SLACK_KIB = 1024


# ---- load ----

class Load:
    """Clients in threads; what any of them misses is a fault."""

    def __init__(self, port):
        self.port, self.faults, self.answers = port, [], 0
        self.done = threading.Event()
        work = [(self.keep_alive, 0.001), (self.keep_alive, 0.3),
                (self.one_shot, 0.002), (self.sleeper, 0), (self.sleeper, 0.05)]
        self.threads = [threading.Thread(target=self.run, args=each)
                        for each in work]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()

    def run(self, ask, pause):
        while not self.done.is_set():
            try:
                ask(pause)
            except (AssertionError, OSError) as fault:
                self.faults.append(f"{ask.__name__}({pause}): {fault!r}")
                return

    def answered(self, wire, path, *headers):
        answer = wire.get(path, *headers)
        assert answer is not None, "closed without an answer"
        assert answer.status == 200, answer
        self.answers += 1
        return answer

    def keep_alive(self, pause):
        with Wire(self.port, timeout=60) as wire:
            while self.answered(wire, "/pid").header("Connection") != "close":
                if self.done.wait(pause):
                    return

    def one_shot(self, pause):
        with Wire(self.port, timeout=60) as wire:
            self.answered(wire, "/version", "Connection: close")
        self.done.wait(pause)

    def sleeper(self, pause):
        with Wire(self.port, timeout=60) as wire:
            self.answered(wire, "/sleep/300", "Connection: close")
        self.done.wait(pause)


# ---- bad files ----

def replace(path, data):
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    new.rename(path)


def fixture(name):
    with open(service(name), "rb") as built:
        return built.read()


def truncated(path):
    data = fixture("crash")
    replace(path, data[:len(data) // 2])


def still_written(path):
    """In place, by somebody who closes it too early, then goes on."""
    path.unlink()
    path.write_bytes(fixture("crash")[:-100])


BAD = [
    truncated,
    still_written,
    lambda path: replace(path, fixture("older_abi")),
    lambda path: generation(path, "bad-loads"),
    lambda path: generation(path, "bad-init!"),
    lambda path: generation(path, "bad-start"),
    lambda path: generation(path, "bad-inits"),  # never ends
    lambda path: generation(path, "bad-exit!"),
]


# ---- the test ----

def usage(pid):
    """(KiB of private memory, open descriptors)."""
    with open(f"/proc/{pid}/status") as status:
        rss, = [line for line in status if line.startswith("RssAnon")]
    return int(rss.split()[1]), len(os.listdir(f"/proc/{pid}/fd"))


def reload_once(runner, path, count, kick):
    """The count-th; the next one that is asked for may have to wait."""
    good = count % 10 != 9
    message = "reloaded" if good else "reload failed"
    before = len(runner.find(message))
    if good:
        generation(path, f"v{count:08d}")
    else:
        BAD[count // 10 % len(BAD)](path)
    kick()
    runner.record(message, before + 1, timeout=60)


@pytest.mark.parametrize("how", ["watched", "SIGHUP"])
def test_no_request_fails_while_builds_come_and_go(tmp_path, how):
    path = tmp_path / "crash.so"
    generation(path, "version-1")
    args = ["--option", "http.port=0", "--option", "http.keepalive_timeout=60",
            "--option", "runtime.start_timeout=2"]
    if how == "SIGHUP":
        args.append("--production")
    with Runner(str(path), args=args, cwd=tmp_path) as runner:
        def kick():
            if how == "SIGHUP":
                runner.kill(signal.SIGHUP)

        def settled():
            until(lambda: len(runner.workers()) == 1, "one worker", 60)
            return usage(runner.pid)

        with Load(runner.port) as load:
            for count in range(RELOADS):
                reload_once(runner, path, count, kick)
                assert load.faults == []
                assert len(runner.workers()) <= 2
                if count == RELOADS // 10:
                    before = usage(runner.pid)
        after = settled()
        print(f"\n{how}: {RELOADS} reloads, {load.answers} answers, "
              f"supervisor (KiB, descriptors) {before}, then {after}")
        assert load.faults == []
        assert after[1] <= before[1]
        assert SAN or after[0] <= before[0] + SLACK_KIB
        assert runner.stop() == 0


def test_a_killed_worker_is_back_within_a_second(tmp_path):
    with Runner(CRASH, args=["--option", "http.port=0"]) as runner:
        with Wire(runner.port, timeout=30) as busy:
            worker, = runner.workers()
            busy.send("GET /sleep/60000 HTTP/1.1\r\nHost: x\r\n\r\n")
            assert runner.get("/version")[0] == 200  # it has read that
            began = time.monotonic()
            os.kill(worker, signal.SIGKILL)
            # The socket stays: who connects meanwhile waits, and is answered.
            assert runner.get("/version") == (200, "version-1")
            took = time.monotonic() - began
            try:
                assert busy.read() is None
            except ConnectionResetError:
                pass
        assert took < 1 or SAN
        assert runner.stop() == 0
