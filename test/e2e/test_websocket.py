"""Websockets: the handshake, messages, and what handlers can do."""

import asyncio
import json
import re

import pytest
import websockets

from served import Served, fails
from wire import Wire
from ws_wire import (BINARY, CLOSE, KEY, PING, PONG, TEXT, Socket, accept_of,
                     close, frame)

HEAD = ("Host: x", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13")


@pytest.fixture(scope="module")
def server():
    with Served("ws") as served:
        yield served


# ---- the handshake ----

def test_a_broadcast_has_the_bound_of_any_message(server):
    with Socket(server.port, "/obey") as ws:
        assert ws.tell("huge").text() == (
            "-7 tomo_ws_broadcast_bytes: want 1073741824 bytes at most, "
            "got 1073741825")


def test_a_deadline_of_middleware_outlives_the_websocket(server):
    with Socket(server.port, "/obey", "X-Deadline: 100") as ws:
        assert ws.closed() == (1000, "")
        ws.send(close(1000))
        server.wait_record("late", code=-4)


def test_an_answer_that_middleware_has_begun_is_no_handshake(server):
    with Socket.begun(server.port, "/echo", "X-Begin: 1") as ws:
        while ws._fill():
            pass
        assert ws.buffer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert ws.buffer.endswith(b"5\r\nbegun\r\n"), ws.buffer
    server.wait_record("handler failed", error="websocket: middleware has "
                       "begun another answer")


def test_what_came_while_middleware_waited_is_read(server):
    with Socket.begun(server.port, "/echo", "X-Slow: 300") as ws:
        server.wait_until_busy(ws)
        ws.tell("early")
        assert ws.read().status == 101
        assert ws.text() == "early"
        ws.bye()


def test_a_handshake_is_answered_with_the_proof_that_the_key_was_read(server):
    with Socket(server.port, "/echo") as ws:
        answer = ws.answer
    assert (answer.status, answer.reason) == (101, "Switching Protocols")
    assert answer.header("Sec-WebSocket-Accept") == accept_of(KEY)
    assert answer.header("Sec-WebSocket-Accept") == \
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert answer.header("Upgrade") == "websocket"
    assert answer.header("Connection") == "upgrade"
    assert answer.header("Server") == "tomodachi"
    assert answer.header("Content-Type") is None
    assert answer.header("Content-Length") is None


@pytest.mark.parametrize("lines", [
    ["Connection: keep-alive, upgrade", "Upgrade: WebSocket"],
    ["Connection: keep-alive", "Connection: UPGRADE", "Upgrade: h2c, websocket"],
])
def test_tokens_are_found_in_lists_and_in_any_case(server, lines):
    with Wire(server.port) as wire:
        assert wire.get("/echo", *lines, f"Sec-WebSocket-Key: {KEY}",
                        "Sec-WebSocket-Version: 13").status == 101


@pytest.mark.parametrize("change, status", [
    (("Upgrade: websocket", "Upgrade: h2c"), 426),
    (("Upgrade: websocket", None), 426),
    (("Connection: Upgrade", "Connection: keep-alive"), 426),
    (("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 7"), 426),
    (("Sec-WebSocket-Version: 13", None), 426),
    ((HEAD[3], None), 400),
    ((HEAD[3], "Sec-WebSocket-Key: short=="), 400),
    ((HEAD[3], HEAD[3] + "A"), 400),
    ((HEAD[3], HEAD[3].replace("d", "*")), 400),
    (("Host: x", f"Host: x\r\n{HEAD[3]}"), 400),
])
def test_a_wrong_handshake_is_refused_and_the_connection_kept(
        server, change, status):
    lines = [change[1] if line == change[0] else line for line in HEAD]
    with Wire(server.port) as wire:
        wire.send("\r\n".join(["GET /echo HTTP/1.1", *filter(None, lines)]) +
                  "\r\n\r\n")
        answer = wire.read()
        assert answer.status == status
        if status == 426:
            assert answer.header("Upgrade") == "websocket"
            assert "upgrade" in answer.header("Connection")
        if "Version" in change[0]:
            assert answer.header("Sec-WebSocket-Version") == "13"
        assert wire.get("/text").status == 200


def test_http_1_0_and_head_are_no_upgrade(server):
    for start in ("GET /echo HTTP/1.0", "HEAD /echo HTTP/1.1"):
        with Wire(server.port) as wire:
            wire.send("\r\n".join([start, *HEAD]) + "\r\n\r\n")
            assert wire.read(is_head=True).status == 426


def test_a_post_is_not_allowed(server):
    with Wire(server.port) as wire:
        answer = wire.get("/echo", *HEAD[1:], method="POST")
        assert (answer.status, answer.header("Allow")) == (405, "GET,HEAD")


def test_an_upgrade_of_an_http_route_is_answered_as_a_request(server):
    with Wire(server.port) as wire:
        answer = wire.get("/text", *HEAD[1:])
        assert (answer.status, answer.body) == (200, b"text")
        assert wire.get("/text").status == 200


def test_what_was_answered_before_goes_out_before_the_101(server):
    with Wire(server.port) as wire:
        wire.send("GET /text HTTP/1.1\r\nHost: x\r\n\r\n"
                  "GET /echo HTTP/1.1\r\n" + "\r\n".join(HEAD) + "\r\n\r\n")
        assert wire.read().body == b"text"
        assert wire.read().status == 101


def test_frames_that_come_with_the_handshake_are_not_lost(server):
    with Wire(server.port) as wire:
        wire.send(("GET /echo HTTP/1.1\r\n" + "\r\n".join(HEAD) +
                   "\r\n\r\n").encode() + frame(TEXT, "early") + close(1000))
        assert wire.read().status == 101
        wire.__class__ = Socket
        assert wire.text() == "early"
        assert wire.closed() == (1000, "")


def test_pages_of_other_origins_are_refused_where_there_is_a_list():
    with Served("ws", "websocket.allowed_origins=https://a.example") as it:
        for origin, status in (("https://a.example", 101),
                               ("https://A.example", 101),
                               ("https://b.example", 403),
                               ("https://a.example:444", 403), ("null", 403)):
            with Socket(it.port, "/echo", f"Origin: {origin}") as ws:
                assert ws.answer.status == status, origin
        with Socket(it.port, "/echo") as ws:
            assert ws.answer.status == 101


@pytest.mark.parametrize("wanted, got", [
    ("v1", "v1"), ("v3, v1, v2", "v1"), ("v2,v1", "v2"), ("v3", None),
    ("v", None), (None, None)])
def test_a_subprotocol_is_the_first_that_both_know(server, wanted, got):
    lines = [f"Sec-WebSocket-Protocol: {wanted}"] if wanted else []
    with Socket(server.port, "/tell", *lines) as ws:
        assert ws.answer.header("Sec-WebSocket-Protocol") == got
        assert json.loads(ws.text())["subprotocol"] == got


# ---- the request ----

def test_a_handler_sees_the_request_all_the_time(server):
    with Socket(server.port, "/tell/bob?q=a%20b", "User-Agent: test") as ws:
        told = json.loads(ws.text())
        ws.bye()
    assert re.fullmatch("[0-9a-f-]{36}", told.pop("id"))
    assert told == {"name": "bob", "q": "a b", "agent": "test", "user": None,
                    "subprotocol": None, "status": 101}
    server.wait_record("told", path="/tell/bob", result=0, code=1000)


def test_middleware_sees_the_upgrade_and_hands_values_on(server):
    with Socket(server.port, "/tell", "X-User: eve") as ws:
        assert ws.answer.header("X-Welcome") == "eve"
        assert json.loads(ws.text())["user"] == "eve"
        ws.bye()
    server.wait_record("guarded", path="/tell", code=0, status=101)


def test_middleware_can_refuse(server):
    with Socket(server.port, "/tell", "X-User: nobody") as ws:
        assert ws.answer.status == 401
        assert ws.get("/text").status == 200


def test_a_head_of_many_kilobytes_is_kept(server):
    agent = "a" * 8000
    with Socket(server.port, "/tell", f"User-Agent: {agent}",
                *(f"X-{i}: {'y' * 50}" for i in range(60))) as ws:
        assert json.loads(ws.text())["agent"] == agent


# ---- messages ----

@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000, 1000000])
def test_text_and_bytes_of_any_size_come_back(server, size):
    with Socket(server.port, "/echo") as ws:
        for opcode in (TEXT, BINARY):
            ws.send(frame(opcode, b"m" * size))
            assert ws.next() == (opcode, b"m" * size)


def test_many_messages_at_once_keep_their_order(server):
    with Socket(server.port, "/echo") as ws:
        ws.send(b"".join(frame(TEXT, str(i)) for i in range(5000)))
        assert [ws.text() for _ in range(5000)] == \
            [str(i) for i in range(5000)]


def test_a_peer_may_send_far_ahead_of_a_slow_handler(server):
    with Socket(server.port, "/obey") as ws:
        ws.tell("sleep 200")
        for i in range(300):
            ws.send(frame(TEXT, f"sleep 0{' ' * 1000}"))
        assert [ws.text() for _ in range(301)] == ["0 "] * 301
        ws.bye()


def test_python_websockets_gets_along(server):
    async def talk():
        url = f"ws://127.0.0.1:{server.port}/echo"
        async with websockets.connect(url) as ws:
            for message in ("hello", "åäö", b"\0\xff" * 1000, "x" * 300000):
                await ws.send(message)
                assert await ws.recv() == message
            await asyncio.wait_for(await ws.ping("there?"), 10)
        assert ws.close_code == 1000
    asyncio.run(talk())


def test_a_message_past_the_rows_bound_closes_with_1009(server):
    with Socket(server.port, "/small") as ws:
        ws.send(frame(TEXT, "s" * 1000))
        assert len(ws.text()) == 1000
        ws.send(frame(TEXT, "s" * 1001))
        assert ws.closed() == (1009, "")
        assert ws.is_closed()
    with Socket(server.port, "/small") as ws:
        ws.send(frame(TEXT, "s" * 600, fin=False))
        ws.send(frame(0, "s" * 600))
        assert ws.closed()[0] == 1009


def test_a_frame_that_is_too_long_is_refused_before_it_has_come(server):
    with Socket(server.port, "/small") as ws:
        ws.send(frame(TEXT, "s", length=(127, b"\0\0\0\1\0\0\0\0")))
        assert ws.closed()[0] == 1009


# ---- what a handler can do ----

@pytest.mark.parametrize("order, answer", [
    ("close 999 no", "-1 tomo_ws_close: 999 is no code to close with"),
    ("close 1005 ", "-1 tomo_ws_close: 1005 is no code to close with"),
    ("close 1000 " + "x" * 124,
     "-1 tomo_ws_close: want a reason of at most 123 bytes"),
    ("http", "-1 tomo_http_bytes: the answer is being sent already"),
    ("latin1", "-1 tomo_ws_send_text: the text is not UTF-8"),
    ("ping " + "x" * 126, "-1 tomo_ws_ping: want at most 125 bytes"),
])
def test_what_makes_no_sense_is_refused_with_a_reason(server, order, answer):
    with Socket(server.port, "/obey") as ws:
        assert ws.tell(order).text() == answer
        ws.bye()


def test_a_handler_closes_with_code_and_reason(server):
    with Socket(server.port, "/obey") as ws:
        ws.tell("close 4001 bye")
        assert ws.closed() == (4001, "bye")
        ws.send(close(4001))
        assert ws.is_closed()


def test_a_handler_pings(server):
    with Socket(server.port, "/obey") as ws:
        ws.tell("ping there?")
        assert ws.next() == (PING, b"there?")
        ws.send(frame(PONG, "there?"))
        assert ws.text() == "0 "
        ws.bye()


def test_a_broadcast_reaches_all_peers_of_the_row_and_no_other(server):
    peers = [Socket(server.port, "/obey") for _ in range(3)]
    other = Socket(server.port, "/echo")
    server.wait_for(lambda: server.get("/announce?text=hi")[1].startswith("3 "))
    for ws in peers:
        while ws.text() != "hi":
            pass
    peers[0].tell("all news")
    for ws in peers:
        while ws.text() != "news":
            pass
    assert peers[0].text() == "3 "
    assert other.tell("mine").text() == "mine"
    for ws in (*peers, other):
        ws.bye()
        ws.socket.close()
    server.wait_for(
        lambda: server.get("/announce?text=hi") == (200, "0 0 -8 -3"))


def test_a_task_sends_while_the_handler_receives(server):
    with Socket(server.port, "/ticks") as ws:
        assert [ws.text() for _ in range(3)] == ["tick 0", "tick 1", "tick 2"]
        ws.tell("mine")
        while ws.text() != "mine":
            pass
        ws.send(close(1000))
        while (got := ws.next())[0] != CLOSE:
            pass
        assert got[1] == b"\x03\xe8"


def test_a_task_that_still_receives_is_sent_away_with_its_handler(server):
    with Socket(server.port, "/leaves") as ws:
        assert ws.tell("hello").text() == "hello"
        assert ws.closed() == (1000, "")
        ws.send(close(1000))
        assert ws.is_closed()
    assert server.get("/text")[0] == 200


def test_a_pattern_or_an_interval_that_cannot_be_is_refused():
    code, line = fails("bad_ws")
    assert code == 1
    assert line.endswith("bad_ws.so: row 1 (TOMO_WEBSOCKET echo): "
                         "ping_interval_ms: want 0 or more, or "
                         "TOMO_WS_NO_PING, got -2")
