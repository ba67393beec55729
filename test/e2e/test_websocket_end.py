"""How websockets end: closed, lost, stopped, reloaded; and what the log says."""

import contextlib
import re
import shutil
import signal
import ssl
import subprocess
import time

import pytest

from runner import Runner, service, until
from served import Served
from ws_wire import CLOSE, PING, PONG, TEXT, Socket, close, frame

STATE = "tomodachi.http.websocket"
END = "tomodachi.http.response"


@pytest.fixture(scope="module")
def server():
    with Served("ws") as served:
        yield served


# ---- records ----

def test_open_and_closed_are_in_the_access_log(server):
    with Socket(server.port, "/echo/", "User-Agent: a test") as ws:
        first = server.wait_access(logger=STATE, request_path="/echo/")
        assert ws.tell("hi").text() == "hi"
        ws.send(close(4002, "enough"))
        assert ws.closed()[0] == 4002
    last = server.wait_access(logger=END, request_path="/echo/")
    for record in (first, last):
        record.pop("timestamp")
    assert first == {
        "logger": STATE, "level": "info", "message": "",
        "websocket_state": "open", "websocket_id": first["websocket_id"],
        "remote_ip": "127.0.0.1", "request_path": "/echo/",
        "user_agent": "a test"}
    assert re.fullmatch(r"\d+\.\d{5}s", last.pop("total_request_time"))
    assert last == {**first, "logger": END, "websocket_state": "closed",
                    "close_code": 4002, "close_reason": "enough"}


def test_a_handler_that_fails_closes_with_1011_and_is_logged(server):
    with Socket(server.port, "/fails") as ws:
        assert ws.answer.status == 101
        assert ws.closed() == (1011, "")
        ws.send(close(1011))
        assert ws.is_closed()
    server.wait_access(websocket_state="error", request_path="/fails")
    server.wait_access(websocket_state="closed", request_path="/fails",
                       close_code=1011)
    server.wait_record("handler failed", handler="fails", code="TOMO_EINVAL",
                       error="boom")


def test_a_handler_that_returns_closes_with_1000(server):
    with Socket(server.port, "/returns") as ws:
        assert ws.closed() == (1000, "")
        ws.send(close(1000))
        assert ws.is_closed()
    server.wait_access(websocket_state="closed", request_path="/returns",
                       close_code=1000)


def test_a_refused_handshake_is_logged_as_a_request(server):
    with Socket(server.port, "/echo", version="8") as ws:
        assert ws.answer.status == 426
    server.wait_access(status_code=426, request_path="/echo")


# ---- peers that go ----

def test_a_peer_that_vanishes_is_lost_with_1006(server):
    for leave in ("end", "abort"):
        with Socket(server.port, f"/tell/{leave}") as ws:
            ws.text()
            getattr(ws, leave)()
            server.wait_record("told", path=f"/tell/{leave}", result=-5,
                               code=1006,
                               text="tomo_ws_recv: the websocket is closed")
        server.wait_access(websocket_state="closed", close_code=1006,
                           request_path=f"/tell/{leave}")
    # It is not the handler's fault.
    assert not server.find("handler failed", handler="tell")


def test_a_peer_that_does_not_answer_a_close_is_waited_for_a_little(server):
    with Socket(server.port, "/returns") as ws:
        assert ws.closed() == (1000, "")
        assert ws.is_closed()


def test_what_came_before_a_close_is_received(server):
    with Socket(server.port, "/obey") as ws:
        ws.send(frame(TEXT, "sleep 20") + frame(TEXT, "sleep 10") +
                close(1000))
        assert [ws.text(), ws.text()] == ["0 ", "0 "]
        assert ws.closed() == (1000, "")


def test_a_close_is_answered_although_the_handler_sends_on(server):
    with Socket(server.port, "/ticks") as ws:
        ws.text()
        ws.send(close(1000))
        while (got := ws.next())[0] != CLOSE:
            assert got[1].startswith(b"tick")
        assert ws.is_closed()


def test_a_close_is_answered_although_the_handler_sleeps(server):
    with Socket(server.port, "/obey") as ws:
        ws.send(frame(TEXT, "sleep 60000") + close(1000))
        assert ws.closed() == (1000, "")


def test_a_fault_is_told_at_once_although_the_handler_sleeps(server):
    with Socket(server.port, "/obey") as ws:
        ws.tell("sleep 60000")
        server.wait_until_busy(ws)
        ws.send(frame(3))
        assert ws.closed() == (1002, "")


@pytest.mark.parametrize("leave", ["stay", "end", "abort"])
def test_a_peer_that_closes_and_does_not_read_ends_its_handler(server, leave):
    path = f"/much/{leave}"
    with Socket(server.port, path) as ws:
        ws.send(frame(TEXT, "go") + close(1000))
        if leave != "stay":
            server.wait_until_busy(ws)
            getattr(ws, leave)()
        server.wait_record("much", path=path, result=-5, code=1000)


def test_a_peer_that_reads_slowly_suspends_the_handler_only():
    with Served("ws", "websocket.send_buffer=65536") as server:
        with Socket(server.port, "/flood") as ws:
            assert server.get("/text")[0] == 200
            for _ in range(1000):
                assert ws.next() == (2, bytes(16384))
            assert server.get("/text")[0] == 200
        server.wait_record("flooded", result=-5)


def test_a_broadcast_drops_a_peer_that_does_not_read():
    with Served("ws", "websocket.send_buffer=65536") as server:
        with Socket(server.port, "/obey") as slow, \
             Socket(server.port, "/obey") as fast:
            slow.tell("sleep 0").text()
            fast.tell("sleep 0").text()
            url = "/announce?text=" + "x" * 8000
            answers = []
            until(lambda: answers.append(server.get(url)[1]) or
                  answers[-1].startswith("1 "), "the slow one is dropped")
            for _ in answers:
                assert fast.text() == "x" * 8000
            server.wait_access(websocket_state="closed", close_code=1008,
                               close_reason="reads too slowly")


# ---- pings ----

def test_a_silent_peer_is_pinged_and_then_lost(server):
    with Socket(server.port, "/pinged") as ws:
        ws.text()
        for _ in range(3):
            assert ws.next() == (PING, b"")
            ws.send(frame(PONG))
        assert ws.next() == (PING, b"")
        assert ws.next() is None
    server.wait_record("told", path="/pinged", result=-5, code=1006,
                       reason="no answer to a ping")


def test_an_answer_may_take_longer_than_the_interval(server):
    with Socket(server.port, "/pinged") as ws:
        ws.text()
        for _ in range(3):
            assert ws.next() == (PING, b"")
            time.sleep(0.35)  # three intervals, a third of the timeout
            ws.send(frame(PONG))


def test_a_peer_that_reads_slowly_is_not_taken_for_dead(server):
    # The ping comes behind what waits, and is not seen for long.
    with Socket(server.port, "/much/slow") as ws:
        ws.tell("go")
        for _ in range(16):
            ws._take(1 << 20)
            time.sleep(0.1)
        for _ in range(16):
            ws._take(1 << 20)
        assert b"done" in ws._take(10 + 6)


def test_a_peer_that_sends_but_does_not_read_is_lost(server):
    with Socket(server.port, "/much/deaf") as ws:
        ws.tell("go")
        with contextlib.suppress(ConnectionError):
            until(lambda: ws.send(frame(PONG)) and
                  server.find("much", path="/much/deaf"), "it is lost")
    server.wait_record("much", path="/much/deaf", result=-5, code=1006,
                       reason="reads nothing")


# ---- stop and reload ----

def test_a_stop_says_1001_and_handlers_run_to_their_end():
    with Served("ws") as server:
        with Socket(server.port, "/tell") as ws:
            ws.text()
            server.terminate()
            assert ws.closed() == (1001, "")
            ws.send(close(1001))
            assert ws.is_closed()
        assert server.wait() == 0
        server.wait_record("told", path="/tell", result=0, code=1001)
        server.wait_access(websocket_state="closed", close_code=1001)


def test_a_stop_does_not_wait_long_for_a_peer_that_says_nothing():
    with Served("ws", "http.termination_grace_period_seconds=20") as server:
        with Socket(server.port, "/echo") as ws:
            assert ws.tell("x").text() == "x"
            server.terminate()
            assert server.wait(timeout=6) == 0
            assert ws.closed() == (1001, "")


def test_a_handler_that_outstays_the_grace_period_is_cancelled():
    with Served("ws") as server:
        with Socket(server.port, "/obey") as ws:
            ws.tell("sleep 60000")
            server.wait_until_busy(ws)
            server.terminate()
            assert ws.closed() == (1001, "")
            assert server.wait() == 0
        server.wait_access(websocket_state="cancelled")
        server.wait_access(websocket_state="closed", close_code=1001)


def test_a_reload_says_1012_and_the_new_generation_takes_over(tmp_path):
    path = tmp_path / "ws.so"
    shutil.copy(service("ws"), path)
    with Served("ws", files=[str(path)]) as server:
        with Socket(server.port, "/tell") as ws:
            ws.text()
            server.kill(signal.SIGHUP)
            assert ws.closed() == (1012, "")
            with Socket(server.port, "/echo") as other:
                assert other.tell("new").text() == "new"
                other.bye()
            ws.send(close(1012))
            assert ws.is_closed()
        server.wait_access(websocket_state="closed", close_code=1012)


# ---- TLS ----

def test_websockets_work_over_tls(tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True)

    class Secure(Socket):
        def send(self, data):
            if not isinstance(self.socket, ssl.SSLSocket):
                context = ssl._create_unverified_context()
                self.socket = context.wrap_socket(self.socket)
            return super().send(data)

    with Runner(service("ws"), args=[
            "--production", "--option", "http.port=0",
            "--option", f"http.ssl_certfile={tmp_path / 'cert.pem'}",
            "--option", f"http.ssl_keyfile={tmp_path / 'key.pem'}"]) as runner:
        with Secure(runner.port, "/echo") as ws:
            for size in (5, 70000, 1000000):
                ws.send(frame(TEXT, b"s" * size))
                assert ws.next() == (TEXT, b"s" * size)
            ws.bye()
        assert runner.stop() == 0
