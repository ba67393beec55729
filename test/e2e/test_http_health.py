"""The health path, and a stop that load balancers are to notice first."""

import json
import os
import signal
import time

import pytest

from runner import Runner, is_alive, service, until
from served import Served, fails
from wire import Wire

HEALTH = "http.health_path=/health"


@pytest.fixture(scope="module")
def health():
    with Served("health", HEALTH) as served:
        yield served


@pytest.fixture
def wire(health):
    with Wire(health.port) as wire:
        yield wire


def said(answer):
    return answer.status, json.loads(answer.body)["status"]


def test_a_service_that_serves_is_ok(wire):
    answer = wire.get("/health")
    assert said(answer) == (200, "ok")
    assert answer.header("Content-Type") == "application/json"
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("X-Around") is None


def test_it_is_the_path_alone_that_counts(wire):
    assert said(wire.get("/health?verbose=1")) == (200, "ok")
    assert said(wire.get("/he%61lth")) == (200, "ok")
    assert wire.get("/health/").body == b"hello"
    assert wire.get("/healthy").body == b"hello"
    assert wire.get("/health%00").status == 404


def test_head_has_no_content(wire):
    answer = wire.get("/health", method="HEAD")
    assert (answer.status, answer.header("Content-Length")) == (200, "15")
    assert said(wire.get("/health")) == (200, "ok")


def test_other_methods_are_refused_without_the_service(wire):
    answer = wire.get("/health", method="POST", body=b"x")
    assert (answer.status, answer.body) == (405, b"Method Not Allowed")
    assert answer.header("Allow") == "GET,HEAD"
    assert answer.header("X-Around") is None


def test_a_body_is_read_and_dropped(wire):
    assert said(wire.get("/health", body=b"x" * 1000)) == (200, "ok")
    assert wire.get("/health", body=b"x" * 2000).status == 413
    assert said(wire.get("/health")) == (200, "ok")


def test_a_body_that_is_none_is_refused(wire):
    wire.send("GET /health HTTP/1.1\r\nHost: x\r\n"
              "Transfer-Encoding: chunked\r\n\r\nx\r\n")
    answer = wire.read()
    assert (answer.status, answer.body) == (400, b"Bad Request")


def test_health_has_no_access_record(serve):
    served = serve("health", HEALTH)
    with Wire(served.port) as wire:
        wire.get("/health")
        wire.get("/health", method="POST", body=b"")
        wire.get("/after")
    served.wait_access(request_path="/after")
    assert len(served.access()) == 1


def test_without_the_option_there_is_no_such_path(serve):
    with Wire(serve("health").port) as wire:
        assert wire.get("/health").body == b"hello"


def test_a_service_without_routes_has_its_health(serve):
    served = serve("bare", HEALTH, "http.keepalive_timeout=5")
    with Wire(served.port) as wire:
        assert said(wire.get("/health")) == (200, "ok")
        assert wire.get("/").status == 404


def test_a_crashed_service_is_in_no_good_health():
    with Runner(service("health"),
                args=["--option", "http.port=0", "--option", HEALTH]) as runner:
        assert runner.get("/health") == (200, '{"status":"ok"}')
        with Wire(runner.port) as wire:
            wire.send("POST /crash HTTP/1.1\r\nHost: x\r\n"
                      "Content-Length: 0\r\n\r\n")
            assert wire.is_closed()
        status, text = runner.get("/health")
        assert status == 503
        assert text.startswith("health crashed")


@pytest.mark.parametrize("path", ["health", "/health?a", "/health#a", ""])
def test_what_is_no_path_is_refused(path):
    code, line = fails("health", f"http.health_path={path}")
    assert code == 1
    assert line.endswith('http.health_path: want a path such as "/health", '
                         f'got "{path}"')


# ---- the shutdown delay ----

def delayed(seconds, *args, grace=0, **more):
    """Without grace a supervisor that knows of no delay would soon kill."""
    options = (HEALTH, f"http.shutdown_delay_seconds={seconds}", "http.port=0",
               f"http.termination_grace_period_seconds={grace}")
    runner = Runner(service("health"),
                    args=[*args, *(word for option in options
                                   for word in ("--option", option))], **more)
    # The worker may be opened a moment after the supervisor has said so.
    assert runner.get("/health")[0] == 200
    return runner


@pytest.mark.parametrize("args", [("--production",), ("--no-supervisor",)])
def test_a_stop_is_noticed_before_the_service_is_gone(args):
    with delayed(3, *args) as runner, Wire(runner.port) as kept:
        assert said(kept.get("/health")) == (200, "ok")
        begin = time.monotonic()
        runner.kill(signal.SIGTERM)
        runner.record("stop delayed", seconds=3)
        runner.record("hook stopping")
        assert said(kept.get("/health")) == (503, "stopping")
        assert kept.get("/").body == b"stopping"
        with Wire(runner.port) as new:
            answer = new.get("/health")
            assert said(answer) == (503, "stopping")
            assert answer.header("Connection") == "keep-alive"
            assert new.get("/").body == b"stopping"
        assert not runner.find("task ends")
        assert kept.read() is None
        assert runner.wait() == 0
        assert time.monotonic() - begin >= 3
        said_by_hooks = [r["message"] for r in runner.records
                         if r["logger"] == "health"]
        assert said_by_hooks == ["stop delayed", "hook stopping", "task ends",
                                 "hook stop"]


def test_a_sigterm_to_the_whole_group_is_delayed_too():
    with delayed(1, "--production", start_new_session=True) as runner:
        os.killpg(runner.pid, signal.SIGTERM)
        assert runner.wait() == 0
        assert len(runner.find("stop delayed")) == 1


@pytest.mark.parametrize("args", [("--production",), ("--no-supervisor",)])
def test_a_second_sigint_ends_a_delay(args):
    with delayed(3600, *args) as runner:
        runner.kill(signal.SIGINT)
        runner.record("hook stopping")
        runner.kill(signal.SIGTERM)
        runner.kill(signal.SIGINT)
        assert runner.wait() == 130


def test_a_reload_is_not_delayed():
    with delayed(3600, "--production", grace=30) as runner:
        old, = runner.workers()
        with Wire(runner.port) as kept:
            assert kept.get("/").body == b"hello"
            runner.kill(signal.SIGHUP)
            runner.record("reloaded")
            # The service as a whole is in good health to the last.
            connection = "keep-alive"
            while connection != "close":
                answer = kept.get("/health")
                assert said(answer) == (200, "ok")
                connection = answer.header("Connection")
        until(lambda: not is_alive(old), "the old worker ends")
        assert not runner.find("stop delayed")
        assert runner.get("/health") == (200, '{"status":"ok"}')


def test_a_delay_ends_with_the_supervisor():
    with delayed(3600, "--production") as runner:
        worker, = runner.workers()
        runner.kill(signal.SIGTERM)
        runner.record("hook stopping")
        runner.kill(signal.SIGKILL)
        until(lambda: not is_alive(worker), "the worker ends")

