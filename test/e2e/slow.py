"""Clients that send a head as slowly as they may, all from one thread."""

import select
import socket
import threading
import time

# As much as a head allows: none of them ever gets to its end.
HEAD = (b"GET /text HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"y" * 4000)


class SlowClients:
    """So many connections, each of which sends a byte every few seconds."""

    def __init__(self, port, count, every):
        self.every = every
        self.sockets = []
        self.done = threading.Event()
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", port))
            client.setblocking(False)
            client.send(HEAD[:1])
            self.sockets.append(client)
        self.thread = threading.Thread(target=self._drip)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        for client in self.sockets:
            # A reset: thousands in TIME_WAIT would use up the ports.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              b"\1\0\0\0\0\0\0\0")
            client.close()

    def _drip(self):
        """A slice of them at a time, so that the bytes come evenly."""
        slices, sent = 50, 1
        while True:
            for part in range(slices):
                for client in self.sockets[part::slices]:
                    try:
                        client.send(HEAD[sent:sent + 1])
                    except OSError:
                        pass  # told to go already
                if self.done.wait(self.every / slices):
                    return
            sent += 1

    def answers(self, timeout):
        """What each was told until the server closed it; None: it is open."""
        answers = {client: b"" for client in self.sockets}
        open_ones = {client.fileno(): client for client in self.sockets}
        poll = select.poll()
        for number in open_ones:
            poll.register(number, select.POLLIN)
        end = time.monotonic() + timeout
        while open_ones and time.monotonic() < end:
            for number, _ in poll.poll(200):
                client = open_ones[number]
                try:
                    data = client.recv(4096)
                except ConnectionResetError:
                    data = b""
                answers[client] += data
                if not data:
                    poll.unregister(number)
                    del open_ones[number]
        for client in open_ones.values():
            answers[client] = None
        return list(answers.values())
