"""A server that a service fetches from: threads, keep-alive, and bad manners."""

import gzip
import json
import os
import re
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        with self.server.news:
            self.server.connections += 1
            self.server.open += 1
            self.server.news.notify_all()

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass
        with self.server.news:
            self.server.open -= 1
            self.server.news.notify_all()

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        with self.server.news:
            self.server.requests += 1
            self.server.news.notify_all()
        # As a proxy it is asked for whole URLs.
        path = re.sub(r"^http://[^/]*|\?.*", "", self.path)
        path = path.strip("/").split("/")
        getattr(self, "do_" + (path[0] or "echo"))(*path[1:])

    def __getattr__(self, name):
        # Any method, even one that http.server has never heard of.
        if name.startswith("do_") and name[3:].isupper():
            return self.handle_any
        raise AttributeError(name)

    def do_CONNECT(self):
        self.answer(403)

    # ---- by the first segment of the path ----

    def do_echo(self, *_):
        self.answer(200, json.dumps({
            "method": self.command, "path": self.path,
            "headers": [[k.lower(), v] for k, v in self.headers.items()],
            "body": self.body.decode("latin-1")[:1000],
            "certificate": self.server.scheme == "https" and bool(
                self.connection.getpeercert()),
            "length": len(self.body)}).encode(),
            ("Content-Type", "application/json"))

    def do_status(self, code):
        self.answer(int(code), b"x" if int(code) not in (204, 304) else b"")

    def do_size(self, size):
        self.answer(200, b"b" * int(size))

    def do_gzip(self, size):
        self.answer(200, gzip.compress(b"z" * int(size)),
                    ("Content-Encoding", "gzip"))

    def do_badgzip(self):
        self.answer(200, b"no gzip at all", ("Content-Encoding", "gzip"))

    def do_chunked(self, count):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(int(count)):
            self.wfile.write(b"400\r\n" + b"c" * 1024 + b"\r\n")
        self.wfile.write(b"0\r\nTrailer: t\r\n\r\n")

    def do_headers(self):
        self.answer(200, b"", ("X-Two", "1"), ("X-Two", "2"), ("X-Empty", ""))

    def do_manyheaders(self, size):
        self.send_response(200)
        for i in range(int(size) // 1000):
            self.send_header(f"X-{i}", "h" * 1000)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_redirect(self, status, left, *rest):
        """To itself, until nothing is left; then to an echo."""
        left = int(left)
        where = f"/redirect/{status}/{left - 1}" if left > 1 else "/echo"
        self.answer(int(status), b"gone", ("Location", where))

    def do_to(self, *_):
        self.answer(302, b"", ("Location", self.path.split("?", 1)[1]))

    def do_slow(self):
        """Holds the answer until the test says so."""
        self.server.gate.wait(60)
        self.answer(200, b"slow")

    def do_half(self):
        """Half an answer, then nothing until the test says so."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        self.server.gate.wait(60)
        self.close_connection = True

    def do_cut(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        self.close_connection = True

    def do_reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        self.close_connection = True

    def do_nothing(self):
        self.close_connection = True

    def do_garbage(self):
        self.wfile.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")
        self.close_connection = True

    def do_interim(self):
        self.wfile.write(b"HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\n")
        self.answer(200, b"after")


class Peer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, certificate=None, key=None, clients=None):
        """clients: the authority of clients that may say who they are."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.news = threading.Condition()
        self.gate = threading.Event()
        self.connections = self.open = self.requests = 0
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            if clients:
                context.verify_mode = ssl.CERT_OPTIONAL
                context.load_verify_locations(clients)
            # The handshake is the handler's, not the accepting thread's.
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))

    def handle_error(self, *_):
        pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.shutdown()
        self.thread.join()
        self.server_close()

    @property
    def port(self):
        return self.server_address[1]

    def url(self, path="/", host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def wait(self, condition, what):
        with self.news:
            assert self.news.wait_for(condition, 20), what


def make_authority(folder):
    """A CA of the test's own and a certificate of 127.0.0.1: three files."""
    def path(name):
        return os.path.join(folder, name)

    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=test authority", "-keyout", path("ca.key"), "-out",
            path("ca.pem"))
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-subj", "/CN=localhost", "-keyout", path("peer.key"),
            "-out", path("peer.csr"))
    with open(path("names"), "w") as names:
        names.write("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-days", "2", "-in", path("peer.csr"), "-CA",
            path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial",
            "-extfile", path("names"), "-out", path("peer.pem"))
    return path("ca.pem"), path("peer.pem"), path("peer.key")
