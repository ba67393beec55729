"""permessage-deflate (RFC 7692), as groups 12 and 13 of Autobahn have it."""

import asyncio
import zlib

import pytest
import websockets
from websockets.extensions.permessage_deflate import \
    ClientPerMessageDeflateFactory

from served import Served
from ws_wire import BINARY, CONTINUATION, PING, TEXT, Socket, close, frame

NAME = "permessage-deflate"
OFFER = f"Sec-WebSocket-Extensions: {NAME}"
RSV1 = 4


@pytest.fixture(scope="module")
def server():
    with Served("ws", "websocket.compression=true",
                "http.access_log=false") as served:
        yield served


class Packed(Socket):
    """Speaks the extension; what comes must fit the server's window."""

    def __init__(self, port, path, offer="", **more):
        super().__init__(port, path, OFFER + offer, **more)
        self.agreed = self.answer.header("Sec-WebSocket-Extensions")
        self.packer = zlib.compressobj(wbits=-12)
        self.unpacker = zlib.decompressobj(wbits=-12)

    def pack(self, data):
        packed = self.packer.compress(data)
        packed += self.packer.flush(zlib.Z_SYNC_FLUSH)
        assert packed.endswith(b"\0\0\xff\xff")
        return packed[:-4] or b"\0"

    def unpacked(self):
        """(opcode, message, whether it was compressed)."""
        opcode, payload, fin, rsv = self.frame()
        assert fin and rsv in (0, RSV1)
        if rsv:
            payload = self.unpacker.decompress(payload + b"\0\0\xff\xff")
        return opcode, payload, rsv == RSV1


def test_it_is_off_unless_it_is_asked_for():
    with Served("ws") as server, Packed(server.port, "/echo") as ws:
        assert ws.agreed is None
        ws.send(frame(TEXT, "x", rsv=RSV1))
        assert ws.closed()[0] == 1002


@pytest.mark.parametrize("offer, agreed", [
    ("", NAME),
    ("; client_max_window_bits", f"{NAME}; client_max_window_bits=12"),
    ("; server_max_window_bits=9", f"{NAME}; server_max_window_bits=9"),
    ("; server_max_window_bits=8", None),
    ("; unknown", None),
])
def test_what_is_offered_is_agreed_on(server, offer, agreed):
    with Packed(server.port, "/echo", offer) as ws:
        assert ws.agreed == agreed
        ws.send(frame(TEXT, "plain"))
        assert ws.unpacked() == (TEXT, b"plain", False)


@pytest.mark.parametrize("size", [0, 1, 16, 64, 256, 1024, 4096, 65536, 131072,
                                  1048576])
def test_messages_of_any_size_come_back(server, size):
    data = (b'{"some": "JSON", "number": 4711}, ' * (size // 30 + 1))[:size]
    with Packed(server.port, "/echo") as ws:
        for _ in range(5):
            ws.send(frame(TEXT, ws.pack(data), rsv=RSV1))
            assert ws.unpacked() == (TEXT, data, size >= 64)
        ws.bye()


def test_a_later_message_refers_to_an_earlier_one(server):
    with Packed(server.port, "/echo") as ws:
        data = bytes(range(256)) * 4
        sizes = []
        for _ in range(2):
            ws.send(frame(BINARY, ws.pack(data), rsv=RSV1))
            opcode, packed, _, rsv = ws.frame()
            sizes.append(len(packed))
            assert ws.unpacker.decompress(packed + b"\0\0\xff\xff") == data
        assert sizes[1] < sizes[0] / 10


def test_without_context_each_message_stands_alone(server):
    with Packed(server.port, "/echo", "; server_no_context_takeover; "
                "client_no_context_takeover") as ws:
        data = bytes(range(256)) * 4
        for _ in range(3):
            ws.packer = zlib.compressobj(wbits=-12)
            ws.unpacker = zlib.decompressobj(wbits=-12)
            ws.send(frame(BINARY, ws.pack(data), rsv=RSV1))
            assert ws.unpacked() == (BINARY, data, True)


def test_fragments_and_pings_in_between(server):
    with Packed(server.port, "/echo") as ws:
        packed = ws.pack(b"hello " * 100)
        ws.send(frame(TEXT, packed[:5], fin=False, rsv=RSV1) +
                frame(PING, "p") + frame(CONTINUATION, packed[5:9], fin=False) +
                frame(CONTINUATION, packed[9:]))
        assert ws.next()[1] == b"p"
        assert ws.unpacked() == (TEXT, b"hello " * 100, True)


def test_a_bomb_closes_with_1009_and_costs_no_more_than_the_bound(server):
    with Packed(server.port, "/small") as ws:
        ws.send(frame(TEXT, ws.pack(bytes(100_000_000)), rsv=RSV1))
        assert ws.closed() == (1009, "")


@pytest.mark.parametrize("sent, code", [
    (frame(TEXT, b"\xff\xff\xff", rsv=RSV1), 1007),
    (frame(TEXT, b"\x00\x01\x00\xfe\xff\xff\x00", rsv=RSV1), 1007),
    (frame(PING, b"p", rsv=RSV1), 1002),
    (frame(TEXT, "a", fin=False) + frame(CONTINUATION, "b", rsv=RSV1), 1002),
    (frame(TEXT, "a", rsv=6), 1002),
])
def test_what_is_damaged_closes(server, sent, code):
    with Packed(server.port, "/echo") as ws:
        ws.send(sent)
        assert ws.closed()[0] == code
        assert ws.is_closed()


def test_text_is_checked_after_it_was_unpacked(server):
    with Packed(server.port, "/echo") as ws:
        ws.send(frame(TEXT, ws.pack(b"\xce\xba\xff"), rsv=RSV1))
        assert ws.closed() == (1007, "")


@pytest.mark.parametrize("offer", [
    {}, {"client_max_window_bits": True}, {"client_max_window_bits": 9},
    {"server_max_window_bits": 9}, {"server_no_context_takeover": True},
    {"client_no_context_takeover": True},
    {"server_no_context_takeover": True, "server_max_window_bits": 10,
     "client_no_context_takeover": True, "client_max_window_bits": 10},
])
def test_13_python_websockets_understands_each_agreement(server, offer):
    async def talk():
        url = f"ws://127.0.0.1:{server.port}/echo"
        async with websockets.connect(
                url, compression=None,
                extensions=[ClientPerMessageDeflateFactory(**offer)]) as ws:
            assert [e.name for e in ws.extensions] == [NAME]
            for size in (16, 64, 256, 1024, 4096, 8192, 65536):
                data = ("{'a': %d} " * 10000 % tuple(range(10000)))[:size]
                for _ in range(20):
                    await ws.send(data)
                    assert await ws.recv() == data
    asyncio.run(talk())


def test_a_broadcast_reaches_those_who_compress_and_those_who_do_not(server):
    with Packed(server.port, "/obey") as ws, \
         Socket(server.port, "/obey") as other:
        ws.send(frame(TEXT, ws.pack(b"big 1000"), rsv=RSV1))
        assert ws.unpacked() == (TEXT, b"b" * 1000, True)
        assert ws.unpacked()[1] == b"0 "
        other.tell("all " + "news " * 30)
        assert other.text() == "news " * 30
        assert ws.unpacked() == (TEXT, b"news " * 30, False)
        ws.send(frame(TEXT, ws.pack(b"big 1000"), rsv=RSV1))
        assert ws.unpacked() == (TEXT, b"b" * 1000, True)
        for it in (ws, other):
            it.send(close(1000))
