"""Middleware: its order, what it sees and what it may change."""

import pytest

from served import Served
from wire import Wire


@pytest.fixture(scope="module")
def served():
    with Served("middleware") as served:
        yield served


@pytest.fixture
def wire(served):
    with Wire(served.port) as wire:
        yield wire


def seen(answer):
    """What the outermost middleware saw: the code, and the status."""
    return int(answer.header("X-Code")), int(answer.header("X-Seen"))


def test_values_and_headers_pass_through(wire):
    answer = wire.get("/hello")
    assert (answer.status, answer.body) == (200, b"hello ada")
    assert [name for name, _ in answer.headers if name.startswith("X-")] == \
        ["X-Before", "X-Guard", "X-Handler", "X-Code", "X-Seen"]
    assert seen(answer) == (0, 200)


def test_it_may_wait_before_and_after(wire):
    assert wire.get("/hello?do=wait").body == b"hello ada"


def test_one_that_answers_keeps_the_handler_from_running(wire):
    answer = wire.get("/hello?do=short")
    assert (answer.status, answer.body) == (202, b"short")
    assert answer.header("X-Handler") is None
    assert seen(answer) == (0, 202)


def test_one_that_refuses_goes_by_way_of_the_error_row(wire):
    answer = wire.get("/hello?do=refuse")
    assert (answer.status, answer.body) == (401, b"Unauthorized")
    assert answer.header("X-Guard") == "here"
    assert seen(answer) == (0, 401)


def test_one_that_does_nothing_is_a_failure(served, wire):
    answer = wire.get("/hello?do=nothing")
    assert (answer.status, answer.header("X-Row")) == (503, "500")
    assert seen(answer) == (0, 503)
    served.record("handler failed", handler="authenticate",
                  error="returned without an answer", request_path="/hello")


def test_one_that_fails_is_logged_by_its_name(served, wire):
    answer = wire.get("/hello?do=break")
    assert (answer.status, answer.body) == (503, b"sorry: no users")
    assert answer.header("X-Error") == "no users"
    # What failed loses its headers; those set around it stay.
    assert answer.header("X-Guard") is None
    assert answer.header("X-Before") == "observe"
    served.record("handler failed", handler="authenticate",
                  error="no users", code="TOMO_EUNAVAILABLE")


def test_a_failed_handler_is_seen_as_its_error_row_answered(served, wire):
    before = len(served.find("handler failed", handler="failing"))
    answer = wire.get("/fail")
    assert (answer.status, answer.body) == (503, b"sorry: no database")
    assert seen(answer) == (-9, 503)
    assert answer.header("X-Error") == "no database"
    assert answer.header("X-Handler") is None
    assert answer.header("X-Guard") == "here"
    # Three pass the code on; it is told once.
    served.record("handler failed", before + 1, handler="failing")
    served.record("observed /fail 503")
    assert len(served.find("handler failed", handler="failing")) == before + 1
    assert not served.find("handler failed", handler="mend", error="no database")


def test_a_failure_may_be_answered_otherwise(wire):
    answer = wire.get("/fail?do=mend")
    assert (answer.status, answer.body) == (200, b"mended: no database")
    assert seen(answer) == (0, 200)
    assert answer.header("X-Row") == "500"


def test_a_failure_that_is_handed_on_may_be_answered_by_another_row(wire):
    answer = wire.get("/fail?do=raise")
    assert (answer.status, answer.body) == (404, b"lost ada")
    assert seen(answer) == (-9, 404)
    assert answer.header("X-Error") == "no database"


def test_an_error_that_the_handler_raises_keeps_its_headers(wire):
    answer = wire.get("/conflict")
    assert (answer.status, answer.body) == (409, b"Conflict")
    assert answer.header("X-Handler") == "conflict"
    assert seen(answer) == (0, 409)


def test_an_answer_may_be_replaced_by_an_error(wire):
    answer = wire.get("/hello?do=replace")
    assert (answer.status, answer.body) == (409, b"Conflict")
    assert seen(answer) == (0, 409)


def test_one_that_fails_after_a_good_answer_is_a_failure(served, wire):
    answer = wire.get("/hello?do=spoil")
    assert (answer.status, answer.body) == (503, b"sorry: spoilt")
    assert seen(answer) == (-13, 503)
    served.record("handler failed", handler="mend", error="spoilt")


def test_what_is_inside_runs_only_once(served, wire):
    answer = wire.get("/hello?do=twice")
    assert (answer.status, answer.header("X-Code")) == (503, "-1")
    served.record("handler failed", handler="mend",
                  error="tomo_next: what is inside runs only once")


def test_a_handler_has_nothing_inside(served, wire):
    answer = wire.get("/silent")
    assert (answer.status, seen(answer)) == (503, (0, 503))
    served.record("handler failed", handler="silent",
                  error="returned without an answer")


@pytest.mark.parametrize("path, method, status, body", [
    ("/nowhere", "GET", 404, b"lost ada"),
    ("/hello", "POST", 405, b"Method Not Allowed"),
])
def test_it_runs_around_errors_of_the_runner(wire, path, method, status, body):
    answer = wire.get(path, method=method, body=b"")
    assert (answer.status, answer.body) == (status, body)
    assert answer.header("X-Before") == "observe"
    assert seen(answer) == (0, status)
    assert answer.header("X-Row") == ("404" if status == 404 else None)
    assert answer.header("Allow") == ("GET,HEAD" if status == 405 else None)


def test_it_runs_around_a_refused_body(served):
    for length in (2000, 2000000):
        with Wire(served.port) as wire:
            wire.send(f"POST /post HTTP/1.1\r\nHost: x\r\n"
                      f"Content-Length: {length}\r\n\r\n")
            if length < 10000:
                wire.send("x" * length)
            answer = wire.read()
            assert answer.status == 413
            assert answer.body.startswith(b"Maximum request body size 1024")
            assert seen(answer) == (0, 413)


def test_it_may_answer_what_the_runner_would_refuse(wire):
    answer = wire.get("/nowhere?do=short")
    assert (answer.status, answer.body) == (202, b"short")


def test_head_gets_the_headers_of_get(wire):
    answer = wire.get("/hello", method="HEAD")
    assert answer.header("Content-Length") == "9"
    assert answer.header("X-Handler") == "hello"


def test_pipelined_requests_are_answered_in_order(wire):
    paths = ("/hello?do=wait", "/nowhere", "/hello?do=short", "/fail", "/hello")
    wire.send("".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"
                      for path in paths))
    assert [wire.read().status for _ in paths] == [200, 404, 202, 503, 200]


def test_a_value_is_released_once_when_its_call_ends(wire):
    # The call that asks holds one itself.
    first = int(wire.get("/released").body)
    assert int(wire.get("/released").body) == first + 1
    wire.get("/fail")
    wire.get("/nowhere")
    wire.get("/hello?do=short")
    assert int(wire.get("/released").body) == first + 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_has_a_location_and_no_content(wire, status):
    answer = wire.get(f"/redirect?status={status}&to=/a+b%3Fc")
    assert (answer.status, answer.body) == (status, b"")
    assert answer.header("Location") == "/a%20b?c"


@pytest.mark.parametrize("query, error", [
    ("status=304&to=/", b"tomo_http_redirect: want 301, 302, 303, 307 or 308, "
                        b"got 304"),
    ("status=302&to=/a%0d%0ab:c", b"tomo_http_redirect: a location that is "
                                  b"empty or has control characters"),
    ("status=302&to=", b"tomo_http_redirect: a location that is empty or has "
                       b"control characters"),
    ("status=302", b"tomo_http_redirect: no location"),
])
def test_a_redirect_to_nowhere_is_refused(wire, query, error):
    answer = wire.get(f"/redirect?{query}")
    assert (answer.status, answer.body) == (500, error)
    assert answer.header("Location") is None


def test_what_is_no_request_never_reaches_it(served):
    with Wire(served.port) as wire:
        answer = wire.send("GET / HTTP/1.1\r\n\r\n").read()
        assert (answer.status, answer.header("X-Before")) == (400, None)
