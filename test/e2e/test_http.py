"""HTTP/1.1 as clients see it: real sockets, exact bytes."""

import contextlib
import json
import os
import re
import socket
import threading
import time

import pytest
import requests

from served import Served, fails
from wire import Wire


@pytest.fixture(scope="module")
def routes():
    with Served("routes") as served:
        yield served


@pytest.fixture
def wire(routes):
    with Wire(routes.port) as wire:
        yield wire


def test_an_answer_has_the_headers_that_the_options_say(wire):
    answer = wire.get("/text")
    assert (answer.version, answer.status, answer.reason) == \
        ("HTTP/1.1", 200, "OK")
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    assert answer.header("Server") == "tomodachi"
    assert answer.header("Connection") == "keep-alive"
    assert answer.header("Keep-Alive") == "timeout=5"
    assert answer.header("Content-Length") == "4"
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT",
                        answer.header("Date"))
    assert answer.body == b"text"


def test_bytes_and_json_go_out_as_they_are(wire):
    assert wire.get("/bytes").body == b"\0\1\xff bytes"
    answer = wire.get("/json")
    assert answer.status == 201
    assert answer.header("Content-Type") == "application/json; charset=utf-8"
    assert json.loads(answer.body) == {"a": 1}


def test_headers_are_set_added_and_guarded(wire):
    answer = wire.get("/headers")
    assert answer.status == 202
    assert answer.header("X-Two") == ["1", "2"]
    assert answer.header("X-One") == "new"
    assert answer.header("Content-Type") == "text/csv"
    assert answer.header("Connection") == "keep-alive"


@pytest.mark.parametrize("path, status, body", [
    ("/item/42", 200, b"item 42"),
    ("/item/a%20b%C3%A5", 200, "item a bå".encode()),
    ("/item/", 404, b"Not Found"),
    ("/item/a/b", 404, b"Not Found"),
    ("/nope", 404, b"Not Found"),
    ("/te%78t", 200, b"text"),
    ("/text?", 200, b"text"),
    ("/TEXT", 404, b"Not Found"),
    ("//text", 404, b"Not Found"),
    ("/text%00", 404, b"Not Found"),
    ("http://x/text", 200, b"text"),
    ("/status/499", 499, b"status 499"),
    ("/status/999", 999, b"status 999"),
    ("/status/1000", 500, b""),
    ("/status/100", 500, b""),
])
def test_paths_find_their_row(wire, path, status, body):
    answer = wire.get(path)
    assert (answer.status, answer.body) == (status, body)


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_has_neither_body_nor_length(wire, status):
    answer = wire.get(f"/status/{status}")
    assert answer.status == status
    assert answer.header("Content-Length") is None
    assert wire.get("/text").body == b"text"


def test_a_205_has_no_content(wire):
    answer = wire.get("/status/205")
    assert answer.header("Content-Length") == "0"


def test_head_answers_as_get_without_the_body(wire):
    answer = wire.get("/big/100000", method="HEAD")
    assert answer.header("Content-Length") == "100000"
    assert wire.get("/text").body == b"text"


def test_another_method_gets_405_with_allow(wire):
    answer = wire.get("/text", method="POST", body=b"")
    assert answer.status == 405
    assert answer.header("Allow") == "GET,HEAD"
    assert answer.body == b"Method Not Allowed"
    assert wire.get("/json", method="DELETE").header("Allow") == \
        "GET,HEAD,POST"
    assert wire.get("/text", method="OPTIONS").status == 405


def test_a_star_row_takes_every_method(wire):
    for method in "GET", "OPTIONS", "PURGE", "DELETE":
        answer = wire.get("/show", method=method)
        assert answer.body.startswith(method.encode() + b" /show ")


def test_the_request_is_seen_decoded_and_raw(wire):
    answer = wire.get("/show/a%2Fb?x=1&y=a+b%21&x=2&z&=e", "X-A: 1",
                      "x-a: \t2 ", "Authorization: Basic dXNlcjpwdw==")
    lines = answer.body.decode().split("\n")
    assert lines[0] == ("GET /show/a/b raw=/show/a%2Fb "
                        "query=x=1&y=a+b%21&x=2&z&=e ip=127.0.0.1 user=user")
    assert [line for line in lines if line.startswith("q ")] == \
        ["q x=1", "q y=a b!", "q x=2", "q z=", "q =e"]
    assert "h X-A=1" in lines and "h x-a=2" in lines


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 65536])
def test_a_body_comes_back_whole_from_memory_and_file(wire, size):
    body = os.urandom(size)
    answer = wire.get("/echo", method="POST", body=body)
    assert (answer.status, answer.body) == (200, body)


def test_a_chunked_body_comes_back_whole(wire):
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\n"
              "Transfer-Encoding: chunked\r\n\r\n"
              "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n")
    assert wire.read().body == b"abcde"
    assert wire.get("/text").body == b"text"


def test_bytes_one_at_a_time_give_the_same_answer(wire):
    for byte in b"POST /echo HTTP/1.1\r\nHost: x\r\n" \
                b"Content-Length: 5\r\n\r\nhello":
        wire.send(bytes([byte]))
    assert wire.read().body == b"hello"


def test_a_body_over_the_limit_gets_413_and_a_small_one_is_skipped(wire):
    answer = wire.get("/echo", method="POST", body=b"b" * 65537)
    assert answer.status == 413
    assert answer.body == b"Maximum request body size 65536 exceeded, " \
                          b"actual body size 65537"
    assert answer.header("Connection") == "keep-alive"
    assert wire.get("/text").body == b"text"


def test_a_chunked_body_over_the_limit_gets_413(wire):
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\n"
              "Transfer-Encoding: chunked\r\n\r\n"
              "11170\r\n" + "b" * 70000 + "\r\n0\r\n\r\n")
    assert wire.read().status == 413
    assert wire.get("/text").body == b"text"


def test_a_huge_body_gets_413_before_it_is_sent_and_can_be_read(wire):
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\n"
              "Content-Length: 10000000\r\n\r\n" + "b" * 100000)
    answer = wire.read()
    assert answer.status == 413
    assert answer.header("Connection") == "close"
    wire.end()
    assert wire.is_closed()


def test_nobody_is_asked_for_a_large_body_that_no_row_wants(wire):
    wire.send("POST /nope HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
              "Content-Length: 50000\r\n\r\n")
    assert wire.read().status == 100
    wire.send("b" * 50000)
    assert wire.read().status == 404
    wire.send("POST /nope HTTP/1.1\r\nHost: x\r\n"
              "Transfer-Encoding: chunked\r\n\r\n"
              "100000\r\n" + "b" * 300000)
    assert wire.read().status == 404


def test_a_row_may_have_a_limit_of_its_own(wire):
    assert wire.get("/small", method="POST", body=b"b" * 10).status == 200
    assert wire.get("/small", method="POST", body=b"b" * 11).status == 413


def test_expect_continue_is_answered_before_the_body(wire):
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
              "Content-Length: 3\r\n\r\n")
    assert wire.read().status == 100
    wire.send("abc")
    assert wire.read().body == b"abc"


def test_expect_continue_of_too_much_gets_413_at_once(wire):
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
              "Content-Length: 10000000\r\n\r\n")
    assert wire.read().status == 413


def test_another_expectation_gets_417(wire):
    answer = wire.get("/echo", "Expect: 200-maybe", method="POST", body=b"abc")
    assert (answer.status, answer.body) == (417, b"Unknown Expect: 200-maybe")


def test_a_417_names_the_expectation_that_is_not_known(wire):
    answer = wire.get("/echo", "Expect: 100-continue", "Expect: 200-maybe",
                      method="POST", body=b"abc")
    assert (answer.status, answer.body) == (417, b"Unknown Expect: 200-maybe")


def test_json_bodies_are_parsed_and_faults_located(wire):
    answer = wire.get("/json", method="POST", body=b'{"b": [1, 2.5]}')
    assert json.loads(answer.body) == {"b": [1, 2.5]}
    answer = wire.get("/json", method="POST", body=b'{"a": 1,\n bad}')
    assert answer.status == 400
    assert answer.body.startswith(b"body: line 2, column ")


@pytest.mark.parametrize("start, end", [(b"[", b"]"), (b'{"a":', b"}")])
def test_json_is_as_deep_as_the_smallest_stack_bears(serve, start, end):
    def nested(levels):
        return start * levels + b"1" + end * levels

    served = serve("routes", "runtime.stack_size=65536")
    with Wire(served.port) as wire:
        for path in "/json", "/same":
            answer = wire.get(path, method="POST", body=nested(100))
            assert (answer.status, len(answer.body)) == (
                200, len(json.dumps(json.loads(nested(100)))))
        for levels in 101, 200, 1000, 2047, 10000:
            answer = wire.get("/json", method="POST", body=nested(levels))
            assert answer.status == 400
            column = 100 * len(start) + 1
            assert answer.body == (f"body: line 1, column {column}: "
                                   "nested too deep").encode()


def test_an_answer_nested_too_deep_is_a_failure(serve):
    served = serve("routes", "runtime.stack_size=65536")
    with Wire(served.port) as wire:
        assert wire.get("/deep/100").status == 200
        assert wire.get("/deep/101").status == 500
    served.wait_record("handler failed", code="TOMO_EINVAL")


def test_the_bodys_own_json_may_be_the_answer(wire):
    answer = wire.get("/same", method="POST", body=b'{"a": [1]}')
    assert json.loads(answer.body) == {"a": [1]}


def test_what_the_runner_keeps_outlives_a_rewind(wire):
    answer = wire.get("/rewound?a=b")
    assert answer.body == b"127.0.0.1 b a failure"
    assert answer.header("X-A") == "b"


def test_a_deadline_counts_from_the_moment_it_is_set(wire):
    one = "GET /lag HTTP/1.1\r\nHost: x\r\n\r\n"
    wire.send(one + one)
    assert [wire.read().body for _ in range(2)] == [b"in time"] * 2


def test_a_nul_never_cuts_what_a_service_sees(wire):
    assert wire.get("/item/a%00b").status == 404
    assert b"q a=x%00y\n" in wire.get("/show?a=x%00y").body


def test_pipelined_requests_are_answered_in_order(wire):
    one = "GET /{} HTTP/1.1\r\nHost: x\r\n\r\n"
    wire.send(one.format("sleep/50") + one.format("text") +
              one.format("nope") + one.format("item/7"))
    assert [wire.read().body for _ in range(4)] == \
        [b"slept 50", b"text", b"Not Found", b"item 7"]


def test_a_thousand_pipelined_requests_are_all_answered(wire):
    count = 1000
    sender = threading.Thread(target=wire.send, args=(
        "GET /big/2000 HTTP/1.1\r\nHost: x\r\n\r\n" * count,))
    sender.start()
    assert all(len(wire.read().body) == 2000 for _ in range(count))
    sender.join()


def test_an_answer_larger_than_all_buffers_arrives_whole(wire):
    assert wire.get("/big/20000000").body == b"x" * 20000000
    assert wire.get("/text").body == b"text"


@pytest.mark.parametrize("header, version, stays", [
    ("X: y", "HTTP/1.1", True),
    ("Connection: keep-alive", "HTTP/1.1", True),
    ("Connection: close", "HTTP/1.1", False),
    ("Connection: foo, CLOSE", "HTTP/1.1", False),
    ("X: y", "HTTP/1.0", False),
    ("Connection: keep-alive", "HTTP/1.0", True),
])
def test_connections_stay_open_by_the_rules(wire, header, version, stays):
    wire.send(f"GET /text {version}\r\nHost: x\r\n{header}\r\n\r\n")
    answer = wire.read()
    assert answer.version == version
    assert answer.header("Connection") == ("keep-alive" if stays else "close")
    if stays:
        assert wire.get("/text").status == 200
    else:
        assert wire.is_closed()


@pytest.mark.parametrize("request_bytes, status", [
    ("BAD\r\n\r\n", 400),
    ("GET /text\r\n", 400),
    ("GET /text HTTP/1.1\r\n\r\n", 400),
    ("GET /text HTTP/1.1\nHost: x\n\n", 400),
    ("GET /text HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400),
    ("GET /text HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400),
    ("FOO /text HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ("GET /text HTTP/3.0\r\nHost: x\r\n\r\n", 505),
    ("GET /" + "p" * 9000 + " HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    ("GET /text HTTP/1.1\r\nHost: x\r\nA: " + "h" * 9000 + "\r\n\r\n", 400),
    ("GET /text HTTP/1.1\r\nHost: x\r\n" + "A: b\r\n" * 200 + "\r\n", 431),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
     "-3\r\nabc\r\n0\r\n\r\n", 400),
])
def test_a_malformed_request_is_refused_and_the_connection_closed(
        wire, request_bytes, status):
    wire.send(request_bytes)
    answer = wire.read()
    assert answer.status == status
    assert answer.header("Connection") == "close"
    wire.end()
    assert wire.is_closed()


def test_requests_before_a_malformed_one_are_answered(wire):
    wire.send("GET /text HTTP/1.1\r\nHost: x\r\n\r\nBAD\r\n\r\n"
              "GET /text HTTP/1.1\r\nHost: x\r\n\r\n")
    assert [wire.read().status for _ in range(2)] == [200, 400]
    assert wire.read() is None


def test_what_follows_a_close_is_ignored(wire):
    wire.send("GET /text HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
              "GET /text HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire.read().status == 200
    assert wire.read() is None


def test_a_half_closed_client_gets_its_answer(wire):
    wire.send("GET /sleep/50 HTTP/1.1\r\nHost: x\r\n\r\n").end()
    assert wire.read().body == b"slept 50"
    assert wire.read() is None


@pytest.mark.parametrize("count", [4400, 5000, 6000])
def test_what_a_half_closed_client_sent_far_ahead_is_all_answered(
        wire, count):
    """More than is kept ahead of a handler: the rest is in the kernel."""
    requests = (b"GET /sleep/300 HTTP/1.1\r\nHost: x\r\n\r\n"
                + b"GET /text HTTP/1.1\r\nHost: x\r\n\r\n" * count)
    sender = threading.Thread(target=lambda: wire.send(requests).end())
    sender.start()
    statuses = [wire.read().status for _ in range(count + 1)]
    sender.join()
    assert set(statuses) == {200}
    assert wire.read() is None


def test_a_failing_handler_gives_an_empty_500_and_a_record(routes, wire):
    answer = wire.get("/fail")
    assert (answer.status, answer.body) == (500, b"")
    assert answer.header("Connection") == "keep-alive"
    record = routes.wait_record("handler failed", handler="fail")
    assert record["error"] == "no database"
    assert record["code"] == "TOMO_EUNAVAILABLE"
    assert record["request_path"] == "/fail"


def test_a_handler_without_an_answer_gives_500(routes, wire):
    assert wire.get("/forget").status == 500
    record = routes.wait_record("handler failed", handler="forget")
    assert record["error"] == "returned without an answer"


def test_error_rows_answer_their_status(wire):
    answer = wire.get("/conflict")
    assert (answer.status, answer.body) == (409, b"handled 409")
    assert answer.header("X-Kept") == "1"
    assert wire.get("/gone").status == 200
    assert wire.get("/teapot").status == 500


def test_a_row_with_a_timeout_ends_its_waits(wire):
    assert wire.get("/hurry/1").status == 200
    assert wire.get("/hurry/60000").status == 500


def test_a_disconnect_cancels_a_row_that_asks_for_it(routes):
    wire = Wire(routes.port)
    wire.send("GET /cancelled HTTP/1.1\r\nHost: x\r\n\r\n")
    routes.wait_until_busy(wire)
    wire.abort()
    assert routes.wait_record("walked out")["code"] == -6


@pytest.mark.parametrize("ahead", [0, 100000])
@pytest.mark.parametrize("leave", ["abort", "end"])
def test_a_disconnect_is_noticed_behind_a_long_pipeline(routes, leave, ahead):
    before = len(routes.find("walked out"))
    wire = Wire(routes.port)
    wire.send("GET /cancelled HTTP/1.1\r\nHost: x\r\n\r\n" + "G" * ahead)
    routes.wait_until_busy(wire)
    getattr(wire, leave)()
    assert routes.record("walked out", before + 1)["code"] == -6


def test_access_records_say_what_was_asked_and_answered(routes, wire):
    wire.get("/echo?access=1", "User-Agent: test/1",
             "Authorization: Basic dXNlcjpwdw==", method="POST", body=b"12345")
    record = routes.wait_access(request_query_string="access=1")
    times = record.pop("handler_elapsed_time"), record.pop("request_time")
    assert all(re.fullmatch(r"\d+\.\d{5}s", value) for value in times)
    record.pop("timestamp")
    assert record == {
        "logger": "tomodachi.http.response", "level": "info", "message": "",
        "status_code": 200, "remote_ip": "127.0.0.1", "auth_user": "user",
        "request_method": "POST", "request_path": "/echo",
        "request_query_string": "access=1", "http_version": "HTTP/1.1",
        "response_content_length": 5, "request_content_length": 5,
        "request_content_read_length": 5, "user_agent": "test/1"}


def test_rows_choose_which_statuses_are_logged(routes, wire):
    wire.get("/quiet?mark=a")
    wire.get("/quiet200/200?mark=b")
    wire.get("/quiet200/404?mark=c")
    wire.get("/text?mark=d")
    routes.wait_access(request_query_string="mark=d")
    marks = [record.get("request_query_string") for record in routes.access()]
    assert "mark=c" in marks
    assert "mark=a" not in marks and "mark=b" not in marks


def test_a_body_cut_short_is_logged_as_499_and_never_handled(routes):
    with Wire(routes.port) as wire:
        wire.send("POST /echo?cut HTTP/1.1\r\nHost: x\r\n"
                  "Content-Length: 100\r\n\r\nonly").end()
        assert wire.read() is None
    record = routes.wait_access(request_query_string="cut")
    assert record["status_code"] == 499
    assert record["request_content_read_length"] == 4
    assert "handler_elapsed_time" not in record


def test_a_handler_that_holds_the_loop_is_reported(serve):
    service = serve("routes", "runtime.stall_warning_ms=50")
    with Wire(service.port) as wire:
        assert wire.get("/hold/300").body == b"held"
    record = service.wait_record("handler held the loop")
    assert record["handler"] == "hold_loop"
    assert record["held_ms"] >= 50
    assert "routes" in record["stack"]


def test_keepalive_off_closes_after_each_answer(serve):
    service = serve("routes", "http.keepalive_timeout=0")
    with Wire(service.port) as wire:
        answer = wire.get("/text", "Connection: keep-alive")
        assert answer.header("Connection") == "close"
        assert answer.header("Keep-Alive") is None
        assert wire.is_closed()


def test_keepalive_ends_by_count_age_and_idleness(serve):
    service = serve("routes", "http.keepalive_timeout=1",
                    "http.max_keepalive_requests=3")
    with Wire(service.port) as wire:
        assert wire.get("/text").header("Keep-Alive") == "timeout=1, max=3"
        assert wire.get("/text").header("Connection") == "keep-alive"
        assert wire.get("/text").header("Connection") == "close"
        assert wire.is_closed()
    with Wire(service.port) as wire:
        wire.get("/text")
        start = time.monotonic()
        assert wire.is_closed()
        assert time.monotonic() - start >= 0.9
    service = serve("routes", "http.max_keepalive_time=1")
    with Wire(service.port) as wire:
        assert wire.get("/sleep/1100").header("Connection") == "close"


def test_a_peer_that_reads_slowly_but_steadily_is_not_cut_off(serve):
    service = serve("routes", "http.body_timeout=1")
    with Wire(service.port) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        wire.send("GET /big/8000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        # A pace that stays slow for longer than the time-out.
        end = time.monotonic() + 3
        while time.monotonic() < end:
            wire.buffer += wire.socket.recv(20000)
            time.sleep(0.02)
        assert len(wire.read().body) == 8000000


def test_a_slow_head_and_a_slow_body_get_408(serve):
    service = serve("routes", "http.header_timeout=1", "http.body_timeout=1")
    with Wire(service.port) as head, Wire(service.port) as body:
        head.send("GET /text HTT")
        body.send("POST /echo HTTP/1.1\r\nHost: x\r\n"
                  "Content-Length: 9\r\n\r\nabc")
        assert head.read().status == 408
        assert body.read().status == 408
        assert head.read() is None and body.read() is None


def test_a_slow_body_behind_unread_answers_gets_408(serve):
    service = serve("routes", "http.body_timeout=1")
    with Wire(service.port) as wire:
        count = 3000
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        wire.send("GET /text HTTP/1.1\r\nHost: x\r\n\r\n" * count
                  + "POST /echo HTTP/1.1\r\nHost: x\r\n"
                  "Content-Length: 100\r\n\r\nabc")
        service.wait_until_busy(wire)
        for _ in range(count):
            assert wire.read().status == 200
        assert wire.read().status == 408


def test_heads_cut_by_reads_have_their_full_time_each(serve):
    service = serve("routes", "http.header_timeout=1")
    one = "GET /text HTTP/1.1\r\nHost: x\r\n\r\n"
    with Wire(service.port) as wire:
        wire.send(one[:5])
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            wire.send(one[5:] + one[:5])
            assert wire.read().status == 200
        wire.send(one[5:])
        assert wire.read().status == 200


def test_trickled_bodies_and_empty_lines_win_no_time(serve):
    service = serve("routes", "http.body_timeout=1",
                    "http.keepalive_timeout=1")
    with Wire(service.port) as body, Wire(service.port) as idle:
        body.send("POST /echo HTTP/1.1\r\nHost: x\r\n"
                  "Content-Length: 1000\r\n\r\n")
        idle.get("/text")
        start = time.monotonic()
        for wire, byte in (body, "b"), (idle, "\r\n"):
            wire.socket.settimeout(0.2)
            while time.monotonic() - start < 10:
                try:
                    wire.send(byte)
                    if not wire._fill():
                        break
                except TimeoutError:
                    pass
                except OSError:
                    break
            assert time.monotonic() - start < 8
        assert b" 408 " in body.buffer


def test_the_real_ip_is_believed_only_from_listed_proxies(serve):
    service = serve("routes", 'http.real_ip_from=127.0.0.1')
    cases = [("X-Forwarded-For: 1.2.3.4, 10.0.0.1", "1.2.3.4"),
             ("X-Forwarded-For: 2001:db8::1", "2001:db8::1"),
             ("X-Forwarded-For:", "127.0.0.1"),
             ("X-Real-IP: 1.2.3.4", "127.0.0.1")]
    with Wire(service.port) as wire:
        for header, ip in cases:
            assert f"ip={ip} " in wire.get("/show", header).body.decode()
    service = serve("routes", 'http.real_ip_from=10.0.0.0/8')
    with Wire(service.port) as wire:
        body = wire.get("/show", "X-Forwarded-For: 1.2.3.4").body.decode()
        assert "ip=127.0.0.1 " in body


def test_content_type_and_server_header_are_options(serve):
    service = serve("routes", "http.content_type=text/html",
                    "http.charset=iso-8859-1", "http.server_header=")
    with Wire(service.port) as wire:
        answer = wire.get("/text")
        assert answer.header("Content-Type") == "text/html; charset=iso-8859-1"
        assert answer.header("Server") is None


def test_an_access_file_gets_json_lines_and_is_reopened(serve, tmp_path):
    path = tmp_path / "access.log"
    service = serve("routes", f"http.access_log={path}")
    with Wire(service.port) as wire:
        wire.get("/text?first")
        service.wait_access(request_query_string="first")
        path.rename(tmp_path / "old.log")
        service.reopen_logs()
        service.wait_for(path.exists)
        wire.get("/text?second")
        service.wait_access(request_query_string="second")
    service.stop()
    old = (tmp_path / "old.log").read_text().splitlines()
    new = path.read_text().splitlines()
    assert [json.loads(line)["request_query_string"]
            for line in old + new] == ["first", "second"]
    assert len(new) == 1


def test_an_access_file_that_cannot_be_written_is_one_line(tmp_path):
    code, line = fails("routes", f"http.access_log={tmp_path}/no/such.log")
    assert code == 1
    assert line.endswith(f"{tmp_path}/no/such.log: cannot open: "
                         "No such file or directory")


def test_requests_in_flight_finish_on_a_stop_and_new_ones_are_refused(serve):
    service = serve("routes")
    with Wire(service.port) as wire, Wire(service.port) as idle:
        assert idle.get("/text").status == 200
        wire.send("GET /sleep/500 HTTP/1.1\r\nHost: x\r\n\r\n")
        service.wait_until_busy(wire)
        service.terminate()
        assert idle.read() is None
        with pytest.raises(ConnectionRefusedError):
            while True:
                Wire(service.port).socket.close()
        answer = wire.read()
        assert answer.body == b"slept 500"
        assert answer.header("Connection") == "close"
    assert service.wait() == 0


def test_the_grace_period_bounds_a_stop(serve):
    service = serve("routes", "http.termination_grace_period_seconds=1")
    with Wire(service.port) as wire:
        wire.send("GET /sleep/60000 HTTP/1.1\r\nHost: x\r\n\r\n")
        service.wait_until_busy(wire)
        start = time.monotonic()
        service.terminate()
        assert service.wait() == 0
        assert 0.9 < time.monotonic() - start < 10


NO_GRACE = "http.termination_grace_period_seconds=0"


def test_max_calls_counts_each_handler_once(serve):
    service = serve("routes", "runtime.max_calls=2", NO_GRACE)
    with Wire(service.port) as wire, Wire(service.port) as other:
        wire.send("GET /sleep/60000 HTTP/1.1\r\nHost: x\r\n\r\n")
        service.wait_until_busy(wire)
        assert other.get("/text").status == 200


def test_past_max_calls_the_answer_is_503(serve):
    service = serve("routes", "runtime.max_calls=2", NO_GRACE)
    wires = [Wire(service.port) for _ in range(3)]
    for wire in wires[:2]:
        wire.send("GET /sleep/60000 HTTP/1.1\r\nHost: x\r\n\r\n")
        service.wait_until_busy(wire)
    assert wires[2].get("/text").status == 503
    for wire in wires:
        wire.socket.close()


def test_uploads_and_idle_connections_do_not_count_as_calls(serve):
    service = serve("routes", "runtime.max_calls=2")
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            wire = stack.enter_context(Wire(service.port))
            wire.send("POST /echo HTTP/1.1\r\nHost: x\r\n"
                      "Content-Length: 10\r\n\r\nabc")
        wire = stack.enter_context(Wire(service.port))
        assert wire.get("/text").status == 200


def test_ipv6_and_mapped_addresses_are_shown_as_what_they_are(serve):
    service = serve("routes", "http.host=")
    with Wire(service.port) as wire:
        assert "ip=127.0.0.1 " in wire.get("/show").body.decode()
    with Wire(service.port, host="::1") as wire:
        assert "ip=::1 " in wire.get("/show").body.decode()


def test_common_clients_get_along(routes):
    url = f"http://127.0.0.1:{routes.port}"
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(url + "/text").text == "text"
        assert session.post(url + "/echo", data=b"x" * 9000).content == \
            b"x" * 9000
        assert session.post(url + "/echo", data=iter([b"a", b"bc"])).text == \
            "abc"
        assert session.head(url + "/text").status_code == 200
