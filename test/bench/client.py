"""A plain HTTP client: keep-alive connections, one request at a time."""

import re
import socket
import struct

TIMEOUT_S = 10


def free_port():
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Connection:
    def __init__(self, port, path):
        self.request = (f"GET {path} HTTP/1.1\r\n"
                        f"Host: 127.0.0.1:{port}\r\n\r\n").encode()
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        # Closed by a reset: thousands in TIME_WAIT would use up the ports.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))

    def get(self):
        """Sends one request; returns the status and the body."""
        self.socket.sendall(self.request)
        data = b""
        while True:
            got = self.socket.recv(65536)
            if not got:
                raise ConnectionError("closed before the answer was complete")
            data += got
            head, end, body = data.partition(b"\r\n\r\n")
            if not end:
                continue
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            if length is None:
                raise ConnectionError("an answer without Content-Length")
            if len(body) >= int(length[1]):
                return int(head.split(b" ", 2)[1]), body

    def close(self):
        self.socket.close()


def warm_up(port, path, connections, requests):
    """So many requests on each of so many connections."""
    opened = []
    try:
        for _ in range(connections):
            opened.append(Connection(port, path))
        for _ in range(requests):
            for connection in opened:
                connection.get()
    finally:
        for connection in opened:
            connection.close()
