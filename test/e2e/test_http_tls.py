"""HTTPS: handshakes, bytes both ways, files that are wrong, renewal."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import threading

import pytest

from crowd import crowd
from runner import SAN, Runner, service
from served import Served, arguments, fails
from wire import Wire

HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"

LARGE = (bytes(range(ord("a"), ord("a") + 23)) * 455903)[:10 << 20]


def make_certificate(folder, name="localhost", key="key.pem"):
    """A certificate for itself, in place of the one that may be there."""
    new = [os.path.join(folder, "new." + name) for name in ("cert", "key")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2",
         "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}", "-out", new[0],
         "-keyout", new[1]], check=True, capture_output=True)
    os.replace(new[0], os.path.join(folder, "cert.pem"))
    os.replace(new[1], os.path.join(folder, key))


def tls_options(folder, cert="cert.pem", key="key.pem"):
    return (f"http.ssl_certfile={folder}/{cert}", f"http.ssl_keyfile={folder}/{key}")


def trusting(version=None, alpn=None):
    """A client's settings; whom it trusts is not what is tested."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # An end without a close_notify is an error.
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 1 << 7)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    if alpn is not None:
        context.set_alpn_protocols(alpn)
    return context


class SecureWire(Wire):
    def __init__(self, port, context=None, **more):
        super().__init__(port, **more)
        try:
            self.socket = (context or trusting()).wrap_socket(
                self.socket, suppress_ragged_eofs=False)
        except BaseException:
            self.socket.close()
            raise

    def certificate(self):
        return self.socket.getpeercert(binary_form=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls")
    make_certificate(path)
    return path


@pytest.fixture(scope="module")
def served(folder):
    with Served("tls", *tls_options(folder)) as served:
        yield served


def test_a_client_is_served_again_and_again(served):
    with SecureWire(served.port) as wire:
        for _ in range(3):
            answer = wire.get("/text")
            assert (answer.status, answer.body) == (200, b"text")
    assert served.record("listening")["scheme"] == "https"


def test_a_handler_knows_the_scheme(served):
    with SecureWire(served.port) as wire:
        assert wire.get("/scheme").body == b"https"
    with Served("tls") as plain, Wire(plain.port) as wire:
        assert wire.get("/scheme").body == b"http"
        assert plain.record("listening")["scheme"] == "http"


def test_pipelined_requests_are_answered_in_order(served):
    with SecureWire(served.port) as wire:
        request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
        wire.send("".join(f"{request}{i:03}" for i in range(500)))
        for i in range(500):
            assert wire.read().body == f"{i:03}".encode()


def test_a_request_may_come_in_many_records(served):
    with SecureWire(served.port) as wire:
        for byte in "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok":
            wire.send(byte)
        assert wire.read().body == b"ok"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2,
                                     ssl.TLSVersion.TLSv1_3])
def test_large_bodies_go_both_ways(served, version):
    body = bytes(i % 251 for i in range(1 << 16)) * 160
    with SecureWire(served.port, trusting(version), timeout=60) as wire:
        assert wire.get("/echo", method="POST", body=body).body == body
        assert wire.socket.version() == version.name.replace("_", ".")
        assert wire.get("/large").body == LARGE


def test_a_slow_reader_gets_everything(served):
    with SecureWire(served.port, timeout=60) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        wire.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        with SecureWire(served.port) as other:
            assert other.get("/text").status == 200
        assert wire.read().body == LARGE
        assert wire.read().body == LARGE


def test_files_go_out_between_other_answers(served, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(LARGE)
    with SecureWire(served.port, timeout=60) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        wire.send(f"GET /file?path={path} HTTP/1.1\r\nHost: x\r\n\r\n"
                  "GET /text HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        for _ in range(2):
            assert wire.read().body == LARGE
            assert wire.read().body == b"text"
        answer = wire.get(f"/file?path={path}", "Range: bytes=100000-300000")
        assert (answer.status, answer.body) == (206, LARGE[100000:300001])


def test_to_http_1_0_a_stream_that_fails_is_no_regular_end(served):
    with SecureWire(served.port) as wire:
        wire.send("GET /fails-within HTTP/1.0\r\n\r\n")
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            while wire.socket.recv(1000):
                pass


def test_a_file_that_becomes_shorter_is_no_regular_end(served, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(LARGE)
    with SecureWire(served.port, timeout=60) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        wire.send(f"GET /file?path={path} HTTP/1.1\r\nHost: x\r\n\r\n")
        wire.socket.recv(1)
        os.truncate(path, 1000)
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            while wire.socket.recv(65536):
                pass


def test_the_end_of_a_connection_is_told(served):
    with SecureWire(served.port) as wire:
        answer = wire.get("/text", "Connection: close")
        assert answer.header("Connection") == "close"
        assert wire.read() is None


def test_a_refused_request_is_answered(served):
    with SecureWire(served.port) as wire:
        assert wire.send("nonsense\r\n\r\n").read().status == 400
        assert wire.read() is None


def test_a_session_is_resumed(served):
    context = trusting(ssl.TLSVersion.TLSv1_2)
    with Wire(served.port) as first, Wire(served.port) as second:
        first.socket = context.wrap_socket(first.socket)
        assert first.get("/text").status == 200
        second.socket = context.wrap_socket(second.socket,
                                            session=first.socket.session)
        assert second.get("/text").status == 200
        assert second.socket.session_reused


@pytest.mark.parametrize("offered, chosen", [
    (["h2", "http/1.1"], "http/1.1"), (["http/1.0"], "http/1.0"), (None, None)])
def test_http_1_is_what_alpn_gives(served, offered, chosen):
    with SecureWire(served.port, trusting(alpn=offered)) as wire:
        assert wire.socket.selected_alpn_protocol() == chosen
        assert wire.get("/text").status == 200


def test_a_client_that_wants_http_2_only_is_told_so(served):
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        SecureWire(served.port, trusting(alpn=["h2"]))


def test_tls_1_1_is_refused(served):
    context = trusting()
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        SecureWire(served.port, context)


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_plain_http_is_told_that_this_is_https(served, method):
    with Wire(served.port) as wire:
        answer = wire.get("/text", method=method)
        assert answer.status == 400
        assert answer.body == b"The plain HTTP request was sent to HTTPS port"
        assert answer.header("Connection") == "close"
        assert wire.end().read() is None


@pytest.mark.parametrize("start", [b"", HELLO[:1], HELLO, HELLO + bytes(600),
                                   b"\x00nonsense", bytes(5)], ids=range(6))
def test_a_handshake_that_ends_early_harms_nobody(served, start):
    with Wire(served.port) as wire:
        wire.send(start)
        with contextlib.suppress(OSError):  # it may have been cut off already
            wire.end()
        assert wire.is_closed()
    with Wire(served.port) as wire:
        wire.send(start).abort()
    with SecureWire(served.port) as wire:
        assert wire.get("/text").status == 200


def test_a_failed_handshake_is_logged_for_those_who_look(folder):
    args = ["--production", "--log-level", "debug",
            *arguments(tls_options(folder))]
    with Runner(service("tls"), args=args) as runner:
        with Wire(runner.port) as wire:
            assert wire.send(b"\x00nonsense").is_closed()
        record = runner.record("TLS handshake failed")
        assert record["level"] == "debug"
        assert record["remote_ip"] == "127.0.0.1"
        assert record["reason"] == "wrong version number"
        assert runner.stop() == 0


def test_slow_handshakes_are_gone_after_the_header_time(folder):
    options = (*tls_options(folder), "http.header_timeout=1")
    with Served("tls", *options) as served:
        with crowd(served.port, 100, 20) as slow:
            for number, wire in enumerate(slow):
                wire.send(HELLO[:number % len(HELLO)])
            with SecureWire(served.port) as fast:
                assert fast.get("/text").status == 200
            for wire in slow:
                assert wire.is_closed()


def keep_asking(port, stop, seen, failures):
    """One client: it stays connected for as long as it may."""
    wire = None
    while not stop.is_set():
        try:
            wire = wire or SecureWire(port)
            answer = wire.get("/text")
            assert (answer.status, answer.body) == (200, b"text")
            seen.add(wire.certificate())
            if answer.header("Connection") == "close":
                wire.socket.close()
                wire = None
        except Exception as error:
            failures.append(repr(error))
            return
    if wire is not None:
        wire.socket.close()


def test_a_reload_serves_the_new_certificate_and_loses_no_request(tmp_path):
    make_certificate(tmp_path)
    stop, seen, failures = threading.Event(), set(), []
    with Served("tls", *tls_options(tmp_path)) as served:
        clients = [threading.Thread(target=keep_asking, args=(
            served.port, stop, seen, failures)) for _ in range(4)]
        for client in clients:
            client.start()
        served.wait_for(lambda: seen or failures)
        make_certificate(tmp_path)
        served.kill(signal.SIGHUP)
        served.record("reloaded")
        served.wait_for(lambda: len(seen) == 2 or failures)
        stop.set()
        for client in clients:
            client.join()
        assert failures == []
        with SecureWire(served.port) as wire, open(tmp_path / "cert.pem") as new:
            assert wire.certificate() == ssl.PEM_cert_to_DER_cert(new.read())


def test_a_reload_with_a_bad_certificate_keeps_the_old_one(tmp_path):
    make_certificate(tmp_path)
    with Served("tls", *tls_options(tmp_path)) as served:
        with SecureWire(served.port) as wire:
            before = wire.certificate()
        (tmp_path / "cert.pem").write_text("nonsense")
        served.kill(signal.SIGHUP)
        record = served.record("reload failed")
        assert record["reason"].endswith(
            f"certificate {tmp_path}/cert.pem: no start line")
        with SecureWire(served.port) as wire:
            assert wire.certificate() == before
            assert wire.get("/text").status == 200


def test_a_request_in_flight_ends_well_on_a_stop(folder):
    with Served("tls", *tls_options(folder)) as served:
        with SecureWire(served.port) as idle, SecureWire(served.port) as busy:
            assert idle.get("/text").status == 200
            busy.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\no")
            served.terminate()
            assert idle.read() is None
            busy.send("k")
            assert busy.read().body == b"ok"
            assert busy.read() is None
        assert served.wait() == 0


@pytest.mark.parametrize("cert, key, reason", [
    ("no.pem", "key.pem", "certificate {}/no.pem: No such file or directory"),
    ("cert.pem", "no.pem", "key {}/no.pem: No such file or directory"),
    ("cert.pem", "other.pem", "key {}/other.pem: key values mismatch"),
    ("cert.pem", "locked.pem",
     "key {}/locked.pem: is encrypted, want one without a password")])
def test_files_that_cannot_be_used_fail_the_start(tmp_path, cert, key, reason):
    make_certificate(tmp_path, key="other.pem")
    make_certificate(tmp_path)
    subprocess.run(["openssl", "ec", "-aes128", "-passout", "pass:secret",
                    "-in", tmp_path / "key.pem", "-out", tmp_path / "locked.pem"],
                   check=True, capture_output=True)
    code, line = fails("tls", *tls_options(tmp_path, cert, key))
    assert code == 1
    assert line.endswith(reason.format(tmp_path))


@pytest.mark.parametrize("given, missing", [
    ("http.ssl_certfile", "http.ssl_keyfile"),
    ("http.ssl_keyfile", "http.ssl_certfile")])
def test_one_file_without_the_other_fails_the_start(folder, given, missing):
    code, line = fails("tls", f"{given}={folder}/cert.pem")
    assert code == 1
    assert line.endswith(f"{given}: wants {missing} to be set too")


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status
                    if line.startswith("VmRSS"))


@pytest.mark.skipif(SAN != "", reason="sanitizers take memory of their own")
def test_a_connection_that_says_nothing_costs_next_to_nothing(folder):
    with Served("tls", *tls_options(folder)) as served:
        worker, = served.workers()
        with SecureWire(served.port) as wire:
            assert wire.get("/text").status == 200
        before = resident_kib(worker)
        with crowd(served.port, 1000, 20), Wire(served.port) as last:
            # It is accepted after all of them.
            assert last.get("/text").status == 400
            assert resident_kib(worker) - before < 1000
