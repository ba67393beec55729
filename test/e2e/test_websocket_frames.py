"""
The cases of the Autobahn testsuite's fuzzing client (groups 1 to 7, 9 and 10),
as rows: what is sent to an echo, and what has to come back.

Each row is sent whole, and again one byte a packet.
"""

import pytest

from served import Served
from ws_wire import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Socket,
                     close, frame)

HELLO = "Hello-µ@ßöäüàá-UTF-8!!".encode()


@pytest.fixture(scope="module")
def server():
    with Served("ws", "http.access_log=false",
                "websocket.max_message_size=16777216") as served:
        yield served


def text(payload, **more):
    return frame(TEXT, payload, **more)


def more(payload, **rest):
    return frame(CONTINUATION, payload, **rest)


def fragments(opcode, payload, size):
    """The message in frames of so many bytes."""
    pieces = [payload[i:i + size] for i in range(0, len(payload), size)]
    last = len(pieces) - 1
    return b"".join(frame(CONTINUATION if i else opcode, piece, fin=i == last)
                    for i, piece in enumerate(pieces))


# Verdicts: frames that come back; then a code closes, or None: it goes on.
CASES = {
    # 1: framing
    **{f"1.{kind}.{size}": (frame(opcode, b"*" * size),
                            [(opcode, b"*" * size)], None)
       for kind, opcode in ((1, TEXT), (2, BINARY))
       for size in (0, 125, 126, 127, 128)},

    # 2: pings and pongs
    "2.1 empty ping": (frame(PING), [(PONG, b"")], None),
    "2.2 ping": (frame(PING, "Hello"), [(PONG, b"Hello")], None),
    "2.3 ping of bytes": (frame(PING, b"\0\xff\xfe\xfd\xfc\xfb\0\xff"),
                          [(PONG, b"\0\xff\xfe\xfd\xfc\xfb\0\xff")], None),
    "2.4 ping of 125": (frame(PING, b"\xfe" * 125), [(PONG, b"\xfe" * 125)],
                        None),
    "2.5 ping of 126": (frame(PING, b"\xfe" * 126), [], 1002),
    "2.7 empty pong": (frame(PONG), [], None),
    "2.8 pong": (frame(PONG, "unsolicited"), [], None),
    "2.9 pong and ping": (frame(PONG, "u") + frame(PING, "p"), [(PONG, b"p")],
                          None),
    "2.10 ten pings": (b"".join(frame(PING, f"p{i}") for i in range(10)),
                       [(PONG, f"p{i}".encode()) for i in range(10)], None),

    # 3: reserved bits
    **{f"3 rsv {rsv}": (text("x", rsv=rsv), [], 1002) for rsv in range(1, 8)},
    "3.2 message, rsv 2": (text("Hello") + text("x", rsv=2) + frame(PING),
                           [(TEXT, b"Hello")], 1002),
    "3.5 bytes, rsv 5": (frame(BINARY, b"\0\xff", rsv=5), [], 1002),
    "3.6 ping, rsv 6": (frame(PING, "x", rsv=6), [], 1002),
    "3.7 close, rsv 7": (frame(CLOSE, b"\x03\xe8", rsv=7), [], 1002),
    "3 continuation, rsv 1": (text("a", fin=False) + more("b", rsv=4), [],
                              1002),

    # 4: opcodes
    **{f"4 opcode {opcode}": (text("Hello") + frame(opcode, payload),
                              [(TEXT, b"Hello")], 1002)
       for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
       for payload in (b"",)},
    **{f"4 opcode {opcode} with payload": (frame(opcode, "x") + frame(PING),
                                           [], 1002)
       for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},

    # 5: fragmentation
    "5.1 ping in two": (frame(PING, "a", fin=False) + more("b"), [], 1002),
    "5.2 pong in two": (frame(PONG, "a", fin=False) + more("b"), [], 1002),
    "5.3 text in two": (text("fragment1", fin=False) + more("fragment2"),
                        [(TEXT, b"fragment1fragment2")], None),
    "5.6 ping in between": (text("f1", fin=False) + frame(PING, "ping") +
                            more("f2"), [(PONG, b"ping"), (TEXT, b"f1f2")],
                            None),
    "5.9 nothing to continue": (more("x") + text("Hello"), [], 1002),
    "5.10 the same after a message": (text("Hello") + more("x"),
                                      [(TEXT, b"Hello")], 1002),
    "5.12 nothing to continue, not final": (more("x", fin=False), [], 1002),
    "5.15 once too often": (text("f1", fin=False) + more("f2") +
                            more("f3", fin=False), [(TEXT, b"f1f2")], 1002),
    "5.18 text in text": (text("f1", fin=False) + text("f2"), [], 1002),
    "5.19 five with pings": (
        text("f1", fin=False) + more("f2", fin=False) + frame(PING, "p1") +
        more("f3", fin=False) + more("f4", fin=False) + frame(PING, "p2") +
        more("f5"),
        [(PONG, b"p1"), (PONG, b"p2"), (TEXT, b"f1f2f3f4f5")], None),
    "5 empty fragments": (text("", fin=False) + more("", fin=False) + more(""),
                          [(TEXT, b"")], None),
    "5 bytes in text": (text("f1", fin=False) + frame(BINARY, "f2"), [], 1002),

    # 6: UTF-8
    "6.1.1 empty": (text(""), [(TEXT, b"")], None),
    "6.1.3 in three": (text("", fin=False) + more("middle", fin=False) +
                       more(""), [(TEXT, b"middle")], None),
    "6.2.1": (text(HELLO), [(TEXT, HELLO)], None),
    "6.2.2 in two": (text(HELLO[:11], fin=False) + more(HELLO[11:]),
                     [(TEXT, HELLO)], None),
    "6.2.3 in bytes": (fragments(TEXT, HELLO, 1), [(TEXT, HELLO)], None),
    "6.2.4": (text(b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"),
              [(TEXT, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5")], None),
    "6.3.2 in bytes": (fragments(
        TEXT, b"\xce\xba\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited", 1), [],
        1007),
    "6.4.1 at the second fragment": (
        text(b"\xce\xba\xcf\x83", fin=False) +
        more(b"\xf4\x90\x80\x80", fin=False), [], 1007),
    "6.4.2 in the middle of a frame": (
        text(b"\xce\xba\xf4\x90", fin=False), [], 1007),
    **{f"6 good {good.hex()}": (text(good), [(TEXT, good)], None)
       for good in (b"\0", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80",
                    b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf",
                    b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd",
                    b"\xf0\x9f\xbf\xbe", b"\xef\xbf\xbe")},
    **{f"6 bad {bad.hex()}": (text(bad), [], 1007)
       for bad in (
           # first bytes that are none; too large; continuations alone
           b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80",
           b"\xf7\xbf\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
           b"\x80", b"\xbf", b"\x80\xbf" * 3, b"\xfe", b"\xff",
           b"\xfe\xfe\xff\xff",
           # cut off
           b"\xce\xba\xce", b"\xc2", b"\xe0\xa0", b"\xf0\x90\x80",
           b"\xc0 ", b"\xe0 ", b"\xf0 ", b"\xc2 ", b"\xdf", b"\xef\xbf",
           # overlong
           b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf",
           b"\xf8\x80\x80\x80\xaf", b"\xc1\xbf", b"\xe0\x9f\xbf",
           b"\xf0\x8f\xbf\xbf", b"\xc0\x80", b"\xe0\x80\x80",
           # surrogates
           b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xbf\xbf",
           b"\xed\xa0\x80\xed\xb0\x80", b"\xed\xaf\xbf\xed\xbf\xbf")},
    "6 bytes need not be text": (frame(BINARY, b"\xff\xc0"),
                                 [(BINARY, b"\xff\xc0")], None),

    # 7: closing
    "7.1.1 message and close": (text("Hello World!") + close(1000),
                                [(TEXT, b"Hello World!")], 1000),
    "7.1.2 two closes": (close(1000) + close(1001), [], 1000),
    "7.1.3 ping after close": (close(1000) + frame(PING), [], 1000),
    "7.1.4 text after close": (close(1000) + text("Hello"), [], 1000),
    "7.1.5 close in the middle": (text("f1", fin=False) + close(1000) +
                                  more("f2"), [], 1000),
    "7.3.1 close without code": (close(), [], "none"),
    "7.3.2 half a code": (frame(CLOSE, "a"), [], 1002),
    "7.3.4 reason": (close(1000, "Hello World!"), [], 1000),
    "7.3.5 longest reason": (close(1000, "*" * 123), [], 1000),
    "7.3.6 reason too long": (close(1000, "*" * 124), [], 1002),
    "7.5.1 reason not UTF-8": (frame(CLOSE, b"\x03\xe8\xce\xba\xed\xa0\x80"),
                               [], 1007),
    **{f"7.7 code {code}": (close(code), [], code)
       for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012,
                    1013, 1014, 3000, 3999, 4000, 4999)},
    **{f"7.9 code {code}": (close(code), [], 1002)
       for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999,
                    5000, 65535)},

    # masks and lengths
    "not masked": (text("x", mask=False), [], 1002),
    "close not masked": (frame(CLOSE, b"\x03\xe8", mask=False), [], 1002),
    "length of 2 bytes that fits 1": (text("x" * 5, length=(126, b"\0\5")), [],
                                      1002),
    "length of 8 bytes that fits 2": (
        text("x" * 5, length=(127, bytes(7) + b"\5")), [], 1002),
    "length with the highest bit": (
        text("x", length=(127, b"\x80" + bytes(7))), [], 1002),
    "longest length": (text("x", length=(127, b"\x7f" + b"\xff" * 7)), [],
                       1009),
}


def closes_with(ws, code):
    if code is None:
        ws.bye()
        return
    got, _ = ws.closed()
    assert got == (None if code == "none" else code)
    # A server closes first (RFC 6455 7.1.1).
    assert ws.is_closed()


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_the_testsuite(server, name):
    sent, wanted, code = CASES[name]
    with Socket(server.port, "/echo") as ws:
        ws.send(sent)
        assert [ws.next() for _ in wanted] == wanted
        closes_with(ws, code)


def send_bytewise(ws, data):
    """As many packets; once the server has closed, the rest does not matter."""
    try:
        for i in range(len(data)):
            ws.send(data[i:i + 1])
    except (BrokenPipeError, ConnectionResetError):
        pass


@pytest.mark.parametrize("name", CASES)
def test_the_same_byte_by_byte(server, name):
    sent, wanted, code = CASES[name]
    with Socket(server.port, "/echo") as ws:
        send_bytewise(ws, sent)
        assert [ws.next() for _ in wanted] == wanted
        closes_with(ws, code)


@pytest.mark.parametrize("size", [65536, 262144, 1048576, 4194304, 16777216])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_9_large_messages_come_back(server, opcode, size):
    payload = b"*" * size
    with Socket(server.port, "/echo", timeout=60) as ws:
        ws.send(frame(opcode, payload))
        assert ws.next() == (opcode, payload)
        ws.bye()


@pytest.mark.parametrize("size", [64, 256, 1024, 4096, 16384, 65536, 262144])
def test_9_a_large_message_in_fragments_comes_back(server, size):
    payload = b"*" * 1048576
    with Socket(server.port, "/echo", timeout=60) as ws:
        ws.send(fragments(BINARY, payload, size))
        assert ws.next() == (BINARY, payload)
        ws.bye()


@pytest.mark.parametrize("size", [0, 16, 64, 256, 1024, 4096])
def test_9_a_thousand_messages_one_after_the_other(server, size):
    payload = b"*" * size
    with Socket(server.port, "/echo") as ws:
        for _ in range(1000):
            assert ws.send(frame(BINARY, payload)).next() == (BINARY, payload)
        ws.bye()


def test_7_1_6_a_large_message_a_close_and_a_ping(server):
    payload = b"*" * 262144
    with Socket(server.port, "/echo") as ws:
        ws.send(text(payload) + close(1000) + frame(PING))
        assert ws.next() == (TEXT, payload)
        closes_with(ws, 1000)
