"""A websocket client that sends exactly the frames it is told to."""

import base64
import hashlib
import os
import struct

from wire import Wire

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(opcode, payload=b"", fin=True, rsv=0, mask=True, length=None):
    """length: what the header claims instead, as (7-bit number, bytes)."""
    if isinstance(payload, str):
        payload = payload.encode()
    size = len(payload)
    if length is not None:
        short, more = length
    elif size < 126:
        short, more = size, b""
    elif size < 65536:
        short, more = 126, struct.pack(">H", size)
    else:
        short, more = 127, struct.pack(">Q", size)
    head = bytes([fin << 7 | rsv << 4 | opcode, mask << 7 | short]) + more
    if not mask:
        return head + payload
    key = os.urandom(4)
    stream = key * (size // 4 + 1)
    masked = (int.from_bytes(payload, "big") ^
              int.from_bytes(stream[:size], "big")).to_bytes(size, "big")
    return head + key + masked


def close(code=None, reason=""):
    if code is None:
        return frame(CLOSE)
    return frame(CLOSE, struct.pack(">H", code) + reason.encode())


class Frames(Wire):
    """Reads frames, one after another."""

    def _need(self, size):
        while len(self.buffer) < size:
            if not self._fill():
                return False
        return True

    def _take(self, size):
        assert self._need(size), f"half a frame: {self.buffer!r}"
        piece, self.buffer = self.buffer[:size], self.buffer[size:]
        return piece

    def frame(self):
        """(opcode, payload, fin, rsv) of the next frame; None at the end."""
        if not self._need(1):
            return None
        first, second = self._take(2)
        size = second & 127
        assert second < 128, "a server does not mask"
        if size == 126:
            size, = struct.unpack(">H", self._take(2))
        elif size == 127:
            size, = struct.unpack(">Q", self._take(8))
        return first & 15, self._take(size), first >> 7, first >> 4 & 7

    def next(self):
        """(opcode, payload) of the next whole frame, or None."""
        got = self.frame()
        if got is None:
            return None
        assert got[2:] == (1, 0), got
        return got[:2]

    def text(self):
        opcode, payload = self.next()
        assert opcode == TEXT, (opcode, payload)
        return payload.decode()

    def closed(self):
        """(code, reason) of the close that comes next; then the end."""
        opcode, payload = self.next()
        assert opcode == CLOSE, (opcode, payload[:200])
        if not payload:
            return None, ""
        return struct.unpack(">H", payload[:2])[0], payload[2:].decode()


class Socket(Frames):
    """An open websocket; self.answer is the 101, or what came instead."""

    def __init__(self, port, path, *headers, **more):
        self._begin(port, path, *headers, **more)
        self.answer = self.read()

    @classmethod
    def begun(cls, port, path, *headers, **more):
        """One whose answer is not read yet."""
        socket = cls.__new__(cls)
        socket._begin(port, path, *headers, **more)
        return socket

    def _begin(self, port, path, *headers, version="13", key=KEY, **more):
        super().__init__(port, **more)
        lines = [f"GET {path} HTTP/1.1", "Host: x", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
                 f"Sec-WebSocket-Version: {version}", *headers]
        self.send("\r\n".join(lines) + "\r\n\r\n")

    def is_closed(self):
        """Whether the server ends the connection without another frame."""
        return self.next() is None

    def tell(self, text):
        return self.send(frame(TEXT, text))

    def bye(self, code=1000):
        self.send(close(code))
        assert self.closed()[0] == code
        assert self.is_closed()


def accept_of(key):
    digest = hashlib.sha1((key + MAGIC).encode()).digest()
    return base64.b64encode(digest).decode()
