"""The health path, and a stop that load balancers are to notice first."""

import contextlib
import json

import pytest

from runner import Runner, service
from served import Served, fails
from wire import Wire

HEALTH = "http.health_path=/health"


@pytest.fixture(scope="module")
def health():
    with Served("health", HEALTH) as served:
        yield served


@pytest.fixture
def serve():
    """Starts services that end with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *args, **more: stack.enter_context(Served(*args, **more))


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
        assert (status, text) == (503, "health crashed (SIGABRT); "
                                       "waiting for a change\n")


@pytest.mark.parametrize("path", ["health", "/health?a", "/health#a", ""])
def test_what_is_no_path_is_refused(path):
    code, line = fails("health", f"http.health_path={path}")
    assert code == 1
    assert line.endswith('http.health_path: want a path such as "/health", '
                         f'got "{path}"')
