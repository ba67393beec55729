"""What is larger than memory should ever hold."""

import re

from runner import SAN
from served import Served
from wire import Wire

SIZE = 4 << 30


def memory_kib(served):
    pid, = served.workers()
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"RssAnon:\s+(\d+)", status.read()).group(1))


def test_a_file_of_4_gib_costs_less_than_1_mib(tmp_path):
    for folder in "static", "site", "swapped":
        (tmp_path / folder).mkdir()
    with open(tmp_path / "a.txt", "wb") as file:
        file.truncate(SIZE)
    room = memoryview(bytearray(1 << 20))
    with Served("out", cwd=tmp_path) as served, Wire(served.port) as wire:
        before = peak = memory_kib(served)
        wire.send("GET /plain-file HTTP/1.1\r\nHost: x\r\n\r\n")
        head = wire.socket.recv(1000)
        assert f"Content-Length: {SIZE}\r\n".encode() in head
        left = SIZE - len(head.partition(b"\r\n\r\n")[2])
        while left > 0:
            got = wire.socket.recv_into(room)
            assert got > 0
            left -= got
            if left % 1000 == 0:
                peak = max(peak, memory_kib(served))
        assert left == 0
        peak = max(peak, memory_kib(served))
        assert SAN or peak - before < 1024


def test_an_upload_of_1_gib_to_a_stream_costs_less_than_1_mib():
    size = 1 << 30
    piece = b"x" * (1 << 20)
    options = "http.client_max_size=2G", "http.body_timeout=600"
    with Served("input", *options) as served, \
            Wire(served.port, timeout=600) as wire:
        before = peak = memory_kib(served)
        wire.send("POST /count HTTP/1.1\r\nHost: x\r\n"
                  f"Content-Length: {size}\r\n\r\n")
        for sent in range(0, size, len(piece)):
            wire.send(piece)
            if sent % (64 << 20) == 0:
                peak = max(peak, memory_kib(served))
        assert wire.read().body == f"{size} {size * ord('x')}".encode()
        peak = max(peak, memory_kib(served))
        assert SAN or peak - before < 1024
