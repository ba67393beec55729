"""A client that sends exactly the bytes it is given and reads what comes."""

import socket


class Response:
    def __init__(self, version, status, reason, headers, body):
        self.version, self.status, self.reason = version, status, reason
        self.headers, self.body = headers, body

    def header(self, name):
        values = [v for k, v in self.headers if k.lower() == name.lower()]
        return values[0] if len(values) == 1 else values or None

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:200]!r}>"


class Wire:
    def __init__(self, port, host="127.0.0.1", timeout=10):
        self.socket = socket.create_connection((host, port), timeout)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        if isinstance(data, str):
            data = data.encode("latin-1")
        self.socket.sendall(data)
        return self

    def get(self, path, *headers, method="GET", body=None):
        lines = [f"{method} {path} HTTP/1.1", "Host: x", *headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines) + "\r\n\r\n")
        if body:
            self.send(body)
        return self.read(is_head=method == "HEAD")

    def _fill(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def read(self, is_head=False):
        """The next response, or None at a clean end."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._fill():
                assert self.buffer == b"", f"half an answer: {self.buffer!r}"
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        version, status, reason = (first + " ").split(" ", 2)
        headers = [tuple(line.split(": ", 1)) for line in lines]
        if not is_head and ("Transfer-Encoding", "chunked") in headers:
            return Response(version, int(status), reason.strip(), headers,
                            b"".join(self.chunks()))
        lengths = [int(v) for k, v in headers if k == "Content-Length"]
        length = 0 if is_head or not lengths else lengths[0]
        while len(self.buffer) < length:
            assert self._fill(), "the body ends early"
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Response(version, int(status), reason.strip(), headers, body)

    def _line(self):
        while b"\r\n" not in self.buffer:
            assert self._fill(), "the body ends early"
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def chunks(self):
        """Each chunk as it comes, up to the last."""
        while size := int(self._line(), 16):
            while len(self.buffer) < size + 2:
                assert self._fill(), "the body ends early"
            assert self.buffer[size:size + 2] == b"\r\n"
            yield self.buffer[:size]
            self.buffer = self.buffer[size + 2:]
        assert self._line() == b""

    def end(self):
        """Says that nothing more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def abort(self):
        """Resets the connection."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def is_closed(self):
        """Waits for the peer to close; what it sent before is lost."""
        try:
            while self._fill():
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True
