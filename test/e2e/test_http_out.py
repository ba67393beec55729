"""What goes out: files, folders, streams, events."""

import contextlib
import os
import re
import signal
import urllib.parse

import pytest

from runner import SAN
from served import Served, fails
from wire import Wire

CHANGED = 1700000000
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
DIGITS = b"0123456789"
SPARSE = 256 << 20
STATIC = {"a.txt": b"plain file\n", "b.html": "<p>html å</p>\n".encode(),
          "empty.txt": b"", "sub/d.txt": b"in sub\n", "noext": b"no ext",
          "with space.txt": b"sp\n", "åäö.txt": b"u\n", "new\nline.txt": b"nl"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The working folder of the service."""
    folder = tmp_path_factory.mktemp("out")

    def write(path, data):
        path = folder / path
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(data)
        os.utime(path, (CHANGED, CHANGED))
    write("a.txt", b"plain file\n")
    write("digits.bin", DIGITS)
    write("empty.txt", b"")
    write("big.bin", bytes(range(256)) * 40000)
    write("sparse.bin", b"")
    os.truncate(folder / "sparse.bin", SPARSE)
    os.mkfifo(folder / "fifo")
    write("outside.txt", b"secret\n")
    write("static-evil/x.txt", b"evil\n")
    for name, data in STATIC.items():
        write("static/" + name, data)
    os.symlink("../outside.txt", folder / "static/link.txt")
    os.symlink("../static-evil/x.txt", folder / "static/evil.txt")
    os.symlink("..", folder / "static/up")
    os.symlink("/etc", folder / "static/etc")
    os.symlink("a.txt", folder / "static/inner.txt")
    os.mkfifo(folder / "static/fifo")
    write("site/index.html", b"<p>home</p>\n")
    write("site/docs/index.html", b"<p>docs</p>\n")
    (folder / "site/empty").mkdir()
    (folder / "site/odd/index.html").mkdir(parents=True)
    write("swapped/a.txt", b"one")
    return folder


@pytest.fixture(scope="module")
def out(folder):
    with Served("out", cwd=folder) as served:
        yield served


@pytest.fixture
def wire(out):
    with Wire(out.port) as wire:
        yield wire


@pytest.fixture
def serve(folder):
    """Starts services that end with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *options, **more: stack.enter_context(
            Served("out", *options, cwd=folder, **more))


def of(path, **query):
    return "/file?" + urllib.parse.urlencode({"path": path, **query})


def memory_kib(served):
    """What the worker holds of memory that no file backs."""
    pid, = served.workers()
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"RssAnon:\s+(\d+)", status.read()).group(1))


def has_open(served, path):
    pid, = served.workers()
    folder = f"/proc/{pid}/fd"
    for fd in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(f"{folder}/{fd}") == str(path):
                return True
    return False


def state(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def accepts(port):
    try:
        Wire(port).socket.close()
    except ConnectionRefusedError:
        return False
    return True


# ---- files ----

def test_a_file_goes_out_with_its_headers(wire):
    answer = wire.get("/plain-file")
    assert (answer.status, answer.body) == (200, b"plain file\n")
    assert answer.header("Content-Type") == "text/plain"
    assert answer.header("Content-Length") == "11"
    assert answer.header("ETag") == '"17979cfe362a0000-b"'
    assert answer.header("Last-Modified") == DATE
    assert answer.header("Accept-Ranges") == "bytes"
    assert answer.header("Content-Disposition") is None
    assert wire.get("/text").body == b"text"


def test_a_large_file_arrives_whole_and_the_connection_goes_on(wire, folder):
    for _ in range(2):
        assert wire.get(of("big.bin")).body == \
            (folder / "big.bin").read_bytes()
    assert wire.get("/text").body == b"text"


def test_head_of_a_file_has_its_length_and_no_body(wire):
    answer = wire.get(of("big.bin"), "Range: bytes=0-1", method="HEAD")
    assert answer.status == 200
    assert answer.header("Content-Length") == "10240000"
    assert wire.get("/text").body == b"text"


def test_an_empty_file_has_an_empty_body(wire):
    answer = wire.get(of("empty.txt"), "Range: bytes=0-")
    assert (answer.status, answer.header("Content-Length")) == (200, "0")
    assert wire.get("/text").body == b"text"


def test_type_and_name_are_what_the_handler_says(wire):
    answer = wire.get(of("a.txt", type="text/csv", name='å "b".csv'))
    assert answer.header("Content-Type") == "text/csv"
    assert answer.header("Content-Disposition") == \
        'attachment; filename="__ _b_.csv"; ' \
        "filename*=UTF-8''%C3%A5%20%22b%22.csv"
    assert wire.get(of("a.txt", type="a\nb: c")).status == 500


@pytest.mark.parametrize("path", ["nope", ".", "fifo", "a.txt/b",
                                  "/dev/null"])
def test_what_is_no_regular_file_is_not_found(out, wire, path):
    """Also if the handler just returns the code; it has not failed."""
    assert wire.get(of(path)).status == 404
    assert not out.find("handler failed", error=f"{path}: no such file")


def test_a_file_that_cannot_be_opened_is_a_failure_with_its_reason(out, wire):
    assert wire.get(of("x" * 300)).status == 500
    out.wait_record("handler failed", code="TOMO_ESYSTEM",
                    error="x" * 300 + ": File name too long")


def test_the_last_answer_wins_over_a_file(wire):
    assert wire.get("/changed-mind").body == b"text"
    assert wire.get("/fails-after").status == 500
    assert wire.get("/text").body == b"text"


@pytest.mark.parametrize("by", ["file", "bytes", "redirect", "stream"])
def test_an_answer_takes_its_headers_with_it(wire, by):
    answer = wire.get(f"/replaced/{by}")
    assert (answer.status, answer.body) == (500, b"text")
    names = {name for name, _ in answer.headers}
    assert names - {"Server", "Connection", "Keep-Alive"} == \
        {"Content-Type", "Content-Length", "X-Kept", "Date"}
    assert answer.header("Content-Type") == \
        wire.get("/text").header("Content-Type")


def test_a_type_that_was_set_as_a_header_stays(wire):
    assert wire.get("/replaced/header").header("Content-Type") == "text/html"


@pytest.mark.parametrize("request_line, status", [
    ("GET /nope HTTP/1.1", 404), ("PUT /text HTTP/1.1", 405),
    ("GET /fails-before HTTP/1.1", 404), ("BAD", 400)])
def test_what_the_runner_says_is_plain_text(serve, request_line, status):
    with serve("http.content_type=text/html") as served, \
            Wire(served.port) as wire:
        assert "html" in wire.get("/text").header("Content-Type")
        answer = wire.send(f"{request_line}\r\nHost: x\r\n\r\n").read()
        assert (answer.status, answer.header("Content-Type")) == \
            (status, "text/plain; charset=utf-8")


@pytest.mark.parametrize("header, status", [
    ('If-None-Match: "17979cfe362a0000-b"', 304),
    ("If-None-Match: *", 304),
    ('If-None-Match: "nope"', 200),
    (f"If-Modified-Since: {DATE}", 304),
    ("If-Modified-Since: Mon, 13 Nov 2023 00:00:00 GMT", 200),
    ("If-Unmodified-Since: Mon, 13 Nov 2023 00:00:00 GMT", 412),
    ('If-Match: "nope"', 412),
    ('If-Match: "17979cfe362a0000-b"', 200),
])
def test_a_file_is_sent_on_its_conditions(wire, header, status):
    answer = wire.get("/plain-file", header)
    assert answer.status == status
    assert answer.body == (b"plain file\n" if status == 200 else b"")
    if status == 304:
        assert answer.header("ETag") == '"17979cfe362a0000-b"'
        assert answer.header("Last-Modified") == DATE
        assert answer.header("Content-Type") is None
        assert answer.header("Content-Length") is None
    if status == 412:
        assert answer.header("Content-Length") == "0"
    assert wire.get("/text").body == b"text"


@pytest.mark.parametrize("header", [
    "If-None-Match: *", 'If-Match: "nope"', "Range: bytes=0-4"])
def test_a_file_with_a_status_is_sent_whole_whatever_is_asked(wire, header):
    answer = wire.get("/page/404", header)
    assert (answer.status, answer.body) == (404, b"plain file\n")
    assert answer.header("Content-Type") == "text/plain"
    for name in "ETag", "Last-Modified", "Accept-Ranges", "Content-Range":
        assert answer.header(name) is None
    answer = wire.get("/page/404", method="HEAD")
    assert (answer.status, answer.header("Content-Length")) == (404, "11")


@pytest.mark.parametrize("given, status", [
    (0, 200), (200, 200), (204, 500), (304, 500), (100, 500), (1000, 500)])
def test_a_file_has_a_status_with_content(wire, given, status):
    assert wire.get(f"/page/{given}").status == status


@pytest.mark.parametrize("header, status, content_range, body", [
    ("bytes=0-4", 206, "bytes 0-4/10", b"01234"),
    ("bytes=-4", 206, "bytes 6-9/10", b"6789"),
    ("bytes=6-", 206, "bytes 6-9/10", b"6789"),
    ("bytes=5-500", 206, "bytes 5-9/10", b"56789"),
    ("bytes=100-200", 416, "bytes */10", b""),
    ("lines=1-2", 200, None, DIGITS),
    ("bytes=4-1", 200, None, DIGITS),
    ("bytes=0-9,0-9", 200, None, DIGITS),
])
def test_a_range_of_a_file(wire, header, status, content_range, body):
    answer = wire.get(of("digits.bin"), f"Range: {header}")
    assert (answer.status, answer.body) == (status, body)
    assert answer.header("Content-Range") == content_range
    assert wire.get("/text").body == b"text"


def test_several_ranges_are_the_parts_of_one_answer(wire):
    answer = wire.get(of("digits.bin"), "Range: bytes=0-1,-3, 20-30")
    assert answer.status == 206
    kind, boundary = answer.header("Content-Type").split("; boundary=")
    assert kind == "multipart/byteranges"
    assert answer.header("Content-Range") is None
    part = "--{}\r\nContent-Type: application/octet-stream\r\n" \
        "Content-Range: bytes {}/10\r\n\r\n{}\r\n"
    assert answer.body.decode() == part.format(boundary, "0-1", "01") + \
        part.format(boundary, "7-9", "789") + f"--{boundary}--\r\n"
    assert wire.get("/text").body == b"text"


def test_a_range_counts_only_if_the_file_is_still_the_same(wire):
    def ask(tag):
        return wire.get("/plain-file", "Range: bytes=0-4", f"If-Range: {tag}")
    assert ask('"17979cfe362a0000-b"').status == 206
    assert ask(DATE).status == 206
    assert ask('"old"').status == 200


def test_a_post_is_answered_with_the_whole_file_whatever_it_asks(wire):
    answer = wire.get(of("digits.bin"), "Range: bytes=0-4", "If-None-Match: *",
                      method="POST", body=b"")
    assert (answer.status, answer.body) == (200, DIGITS)


def test_requests_behind_a_file_are_answered_in_order(wire, folder):
    big = (folder / "big.bin").read_bytes()
    one = f"GET {of('big.bin')} HTTP/1.1\r\nHost: x\r\n\r\n"
    wire.send((one + "GET /text HTTP/1.1\r\nHost: x\r\n\r\n") * 5)
    for _ in range(5):
        assert wire.read().body == big
        assert wire.read().body == b"text"


@pytest.mark.parametrize("path", ["/plain-file", "/static/a.txt", "/nope"])
def test_many_small_answers_leave_the_others_their_turn(serve, path):
    with serve() as served, Wire(served.port) as wire, \
            Wire(served.port) as other:
        assert other.get("/text?first") and wire.get("/text?first")
        pid, = served.workers()
        os.kill(pid, signal.SIGSTOP)
        served.wait_for(lambda: state(pid) == "T")
        wire.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" * 400)
        other.send("GET /text?other HTTP/1.1\r\nHost: x\r\n\r\n")
        os.kill(pid, signal.SIGCONT)
        for _ in range(400):
            assert wire.read()
        served.wait_access(request_query_string="other")
        queries = [r.get("request_query_string") for r in served.access()]
        # Two turns, and the first requests.
        assert queries.index("other") <= 2 * 64 + 2


def test_a_file_that_becomes_shorter_ends_the_connection(wire, folder):
    path = folder / "shrinks.bin"
    path.write_bytes(b"x" * (12 << 20))
    wire.send(f"GET {of('shrinks.bin')} HTTP/1.1\r\nHost: x\r\n\r\n")
    head = wire.socket.recv(1000)
    assert b"Content-Length: 12582912\r\n" in head
    os.truncate(path, 100)
    assert wire.is_closed()


def test_of_a_file_that_grows_only_what_was_promised_goes_out(wire, folder):
    path = folder / "grows.bin"
    path.write_bytes(b"x" * (12 << 20))
    wire.send(f"GET {of('grows.bin')} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire._fill()
    with open(path, "ab") as file:
        file.write(b"y" * 1000)
    assert wire.read().body == b"x" * (12 << 20)
    assert wire.get("/text").body == b"text"


def test_a_file_that_vanishes_while_it_is_sent_arrives(wire, folder):
    path = folder / "vanishes.bin"
    path.write_bytes(b"x" * (12 << 20))
    wire.send(f"GET {of('vanishes.bin')} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire._fill()
    path.unlink()
    assert wire.read().body == b"x" * (12 << 20)


def test_a_client_that_does_not_read_its_file_is_closed_in_time(
        serve, folder):
    with serve("http.body_timeout=1") as served, Wire(served.port) as wire:
        wire.send(f"GET {of('sparse.bin')} HTTP/1.1\r\nHost: x\r\n\r\n")
        path = folder / "sparse.bin"
        served.wait_for(lambda: has_open(served, path))
        served.wait_for(lambda: not has_open(served, path))
        assert wire.is_closed()


def test_a_large_file_costs_no_memory_and_holds_up_nobody(serve):
    with serve() as served, Wire(served.port) as wire, \
            Wire(served.port) as other:
        other.get(of("big.bin"))
        before = memory_kib(served)
        wire.send(f"GET {of('sparse.bin')} HTTP/1.1\r\nHost: x\r\n\r\n")
        head, left, turns = wire.socket.recv(1000), SPARSE, 0
        left -= len(head.partition(b"\r\n\r\n")[2])
        while left > 0:
            left -= len(wire.socket.recv(1 << 20))
            turns += 1
            if turns % 100 == 0:
                assert other.get("/text").body == b"text"
        assert left == 0
        # A sanitizer keeps what was freed.
        assert SAN or memory_kib(served) - before < 1024


def test_a_stop_does_not_wait_for_who_has_read_its_file(serve, folder):
    with serve("http.termination_grace_period_seconds=100",
               "http.keepalive_timeout=100") as served, \
            Wire(served.port) as wire:
        wire.send(f"GET {of('sparse.bin')} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"Connection: keep-alive" in wire.socket.recv(1000)
        served.terminate()
        served.wait_for(lambda: not accepts(served.port))
        while wire.socket.recv(1 << 20):
            pass
        assert served.wait() == 0


# ---- folders ----

@pytest.mark.parametrize("path, kind, body", [
    ("/static/a.txt", "text/plain", b"plain file\n"),
    ("/static/sub/d.txt", "text/plain", b"in sub\n"),
    ("/static/noext", "application/octet-stream", b"no ext"),
    ("/static/b.html", "text/html", "<p>html å</p>\n".encode()),
    ("/static/empty.txt", "text/plain", b""),
    ("/static/with%20space.txt", "text/plain", b"sp\n"),
    ("/static/%C3%A5%C3%A4%C3%B6.txt", "text/plain", b"u\n"),
    ("/static/sub/../a.txt", "text/plain", b"plain file\n"),
    ("/static//a.txt", "text/plain", b"plain file\n"),
    ("/static/a.txt?x=1", "text/plain", b"plain file\n"),
    ("/static/inner.txt", "text/plain", b"plain file\n"),
    ("/statica.txt", "text/plain", b"plain file\n"),
    ("/files/a.txt/dl", "text/plain", b"plain file\n"),
    ("/site/", "text/html", b"<p>home</p>\n"),
    ("/site/docs/", "text/html", b"<p>docs</p>\n"),
    ("/site/docs/index.html", "text/html", b"<p>docs</p>\n"),
])
def test_a_path_below_the_base_is_a_file_of_the_folder(wire, path, kind, body):
    answer = wire.get(path)
    assert (answer.status, answer.body) == (200, body)
    assert answer.header("Content-Type") == kind
    assert answer.header("Last-Modified") == DATE


@pytest.mark.parametrize("path", [
    "/static", "/static/", "/static/nope", "/static/sub", "/static/sub/",
    "/static/a.txt/", "/static/a.txt/x", "/static/a.txt%00",
    "/static/../outside.txt", "/static/%2e%2e/outside.txt",
    "/static/..%2foutside.txt", "/static/../static-evil/x.txt",
    "/static/..%2fstatic-evil/x.txt", "/static/sub/../../outside.txt",
    "/static/link.txt", "/static/evil.txt", "/static/up/outside.txt",
    "/static/etc/passwd", "/static//etc/passwd", "/static/%2fetc%2fpasswd",
    "/static/fifo", "/static/..", "/static/" + "x" * 300,
    "/static/new%0Aline.txt", "/files/b.html/dl", "/files/sub.txt/dl",
    "/site/empty", "/site/empty/", "/site/odd", "/site/odd/",
    "/bare/", "/bare/docs", "/bare/docs/",
])
def test_nothing_else_is_found(wire, path):
    answer = wire.get(path)
    assert (answer.status, answer.body) == (404, b"Not Found")


def test_a_folder_without_its_slash_is_redirected_if_it_has_an_index(wire):
    answer = wire.get("/site/docs?a=%20b")
    assert (answer.status, answer.body) == (301, b"")
    assert answer.header("Location") == "/site/docs/?a=%20b"
    assert wire.get("/bare/docs/index.html").status == 200


def test_a_static_file_has_the_headers_of_its_row(wire):
    answer = wire.get("/site/")
    assert answer.header("Cache-Control") == "max-age=60"
    etag = answer.header("ETag")
    answer = wire.get("/site/", f"If-None-Match: {etag}")
    assert (answer.status, answer.header("Cache-Control")) == \
        (304, "max-age=60")
    answer = wire.get("/site/", "Range: bytes=0-2")
    assert (answer.status, answer.body) == (206, b"<p>")
    assert wire.get("/static/a.txt").header("Cache-Control") is None


def test_a_folder_answers_get_and_head_only(wire):
    answer = wire.get("/static/a.txt", method="HEAD")
    assert (answer.status, answer.header("Content-Length")) == (200, "11")
    answer = wire.get("/static/a.txt", method="POST", body=b"")
    assert (answer.status, answer.header("Allow")) == (405, "GET,HEAD")


def test_a_static_file_is_logged_unless_its_row_says_otherwise(out, wire):
    wire.get("/site/?quiet=1")
    wire.get("/static/nope?loud=1")
    wire.get("/static/a.txt?loud=2")
    record = out.wait_access(request_query_string="loud=2")
    assert record["response_content_length"] == 11
    assert "handler_elapsed_time" in record
    assert out.wait_access(request_query_string="loud=1")["status_code"] == 404
    assert not [r for r in out.access()
                if r.get("request_query_string") == "quiet=1"]


def test_a_file_that_may_not_be_read_is_a_403(wire, folder):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (folder / "static/locked").write_bytes(b"")
    (folder / "static/locked").chmod(0)
    assert wire.get("/static/locked").status == 403


def test_a_folder_may_be_put_in_the_place_of_another(wire, folder):
    assert wire.get("/swapped/a.txt").body == b"one"
    (folder / "swapped").rename(folder / "swapped-before")
    assert wire.get("/swapped/a.txt").status == 404
    (folder / "swapped").mkdir()
    (folder / "swapped/a.txt").write_bytes(b"two")
    assert wire.get("/swapped/a.txt").body == b"two"


def test_a_missing_folder_fails_the_start_with_one_line(tmp_path):
    code, line = fails("out", cwd=tmp_path)
    assert code != 0
    assert line.endswith('TOMO_HTTP_STATIC("static", "/static"): cannot open '
                         "the folder: No such file or directory"), line


# ---- streams ----

def ask(path, version="1.1", method="GET"):
    return f"{method} {path} HTTP/{version}\r\nHost: x\r\n\r\n"


def test_a_stream_is_chunked_and_the_connection_goes_on(wire):
    answer = wire.get("/words")
    assert (answer.status, answer.body) == (201, b"one two three")
    assert answer.header("Content-Type") == "text/words"
    assert answer.header("X-Words") == "3"
    assert answer.header("Transfer-Encoding") == "chunked"
    assert answer.header("Content-Length") is None
    assert wire.get("/text").body == b"text"


def test_to_http_1_0_a_stream_ends_with_the_connection(wire):
    wire.send(ask("/words", "1.0"))
    data = b""
    while more := wire.socket.recv(1000):
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 201 ")
    assert b"Connection: close" in head
    assert b"Transfer-Encoding" not in head and b"Length" not in head
    assert body == b"one two three"


def test_to_head_a_stream_sends_its_head_and_stops(out, wire):
    for path in "/words", "/endless", "/ticks":
        answer = wire.get(path, method="HEAD")
        assert answer.header("Transfer-Encoding") == "chunked"
    assert wire.get("/text").body == b"text"
    assert not out.find("handler failed", handler="ticks")


def test_what_is_written_arrives_while_the_handler_waits(wire, out):
    with Wire(out.port) as other:
        wire.send(ask("/stepwise"))
        while b"\r\n\r\n" not in wire.buffer:
            assert wire._fill()
        head, _, wire.buffer = wire.buffer.partition(b"\r\n\r\n")
        assert b"chunked" in head and wire.buffer == b""
        chunks = wire.chunks()
        for _ in range(2):
            other.get("/go")
            assert next(chunks) == b"step "
        other.get("/go")
        assert list(chunks) == []


@pytest.mark.parametrize("size, pieces", [
    (1, 1), (65536, 1), (65537, 1), (1 << 20, 1), (3 << 20, 3), (10, 10000),
    (70000, 20)])
def test_a_large_stream_arrives_whole(wire, size, pieces):
    wire.send(ask(f"/much?size={size}&pieces={pieces}"))
    wire.send(ask("/text"))
    one = bytes(i * 7 % 256 for i in range(256))
    assert wire.read().body == \
        (one * (size // 256 + 1))[:size] * pieces
    assert wire.read().body == b"text"


def test_a_stream_keeps_little_of_what_its_client_does_not_read(serve):
    with serve("http.body_timeout=1") as served, Wire(served.port) as wire:
        before = memory_kib(served)
        wire.send(ask("/endless"))
        served.wait_record("endless is over", code=-5)
        assert SAN or memory_kib(served) - before < 1024
        assert served.wait_access(request_path="/endless")[
            "status_code"] == 499


def test_a_client_that_reads_fast_leaves_the_others_their_turn(out, wire):
    wire.send(ask("/endless"))
    with Wire(out.port) as other:
        for _ in range(10):
            for _ in range(20):
                assert wire.socket.recv(1 << 20)
            assert other.get("/text").body == b"text"
    wire.socket.close()
    out.wait_record("endless is over", code=-5)


def test_a_deadline_ends_a_stream_so_that_the_client_sees_it(wire, out):
    wire.send(ask("/impatient"))
    out.wait_record("endless is over", code=-4)
    with pytest.raises(AssertionError, match="ends early"):
        wire.read()


def test_a_stream_that_fails_ends_without_its_last_chunk(wire, out):
    wire.send(ask("/fails-within"))
    with pytest.raises(AssertionError, match="ends early"):
        wire.read()
    out.wait_record("handler failed", handler="fails_within",
                    error="no more")
    record = out.wait_access(request_path="/fails-within")
    assert (record["status_code"], record["response_content_length"]) == \
        (200, 4)


@pytest.mark.parametrize("rest", ["", "GET /text HTTP/1.0\r\n\r\n"])
def test_to_http_1_0_a_stream_that_fails_ends_with_a_reset(wire, rest):
    wire.send(ask("/fails-within", "1.0") + rest)
    with pytest.raises(ConnectionResetError):
        while wire.socket.recv(1000):
            pass


def test_to_http_1_0_a_stream_that_is_cut_ends_with_a_reset(serve):
    with serve("http.body_timeout=1") as served, Wire(served.port) as wire:
        wire.send(ask("/endless", "1.0"))
        served.wait_record("endless is over", code=-5)
        with pytest.raises(ConnectionResetError):
            while wire.socket.recv(1 << 20):
                pass


def test_before_its_head_is_out_a_stream_is_an_answer_like_others(wire):
    assert wire.get("/fails-before").status == 404
    answer = wire.get("/never-writes")
    assert (answer.status, answer.header("Content-Length")) == (202, "0")


def test_once_its_head_is_out_nothing_else_can_be_answered(wire):
    assert wire.get("/too-late").body == b"begun"


def test_the_record_of_a_stream_has_its_length(wire, out):
    wire.get("/much?size=1000&pieces=7")
    record = out.wait_access(request_query_string="size=1000&pieces=7")
    assert record["response_content_length"] == 7000
    assert record["status_code"] == 200


def test_events_go_out_as_the_standard_writes_them(wire):
    answer = wire.get("/events")
    assert answer.header("Content-Type") == "text/event-stream"
    assert answer.header("Cache-Control") == "no-cache"
    assert answer.body == (
        b"data: plain\n\n"
        b"id: 7\nevent: named\ndata: one\ndata: two\ndata: three\n"
        b"data: four\n\n:\n\ndata: \n\n")


@pytest.mark.parametrize("path, code", [("/ticks", -5), ("/leaving", -6)])
def test_events_end_when_the_client_has_gone(serve, path, code):
    with serve() as served, Wire(served.port) as wire:
        wire.send(ask(path))
        while wire.buffer.count(b"tick") < 3:
            assert wire._fill()
        wire.socket.close()
        served.wait_record("ticks are over", code=code)
        assert served.wait_access(request_path=path)["status_code"] == 499
        assert not served.find("handler failed")


def test_a_stop_ends_streams_when_its_time_is_over(serve):
    with serve() as served, Wire(served.port) as wire, \
            Wire(served.port) as other:
        wire.send(ask("/ticks"))
        other.send(ask("/endless"))
        while wire.buffer.count(b"tick") < 3:
            assert wire._fill()
        assert other._fill()
        served.terminate()
        served.wait_record("ticks are over", code=-6)
        assert served.wait() == 0
        with pytest.raises(AssertionError, match="ends early"):
            wire.read()


# ---- middleware ----

def test_middleware_goes_around_static_files(folder):
    with Served("out_wrapped", cwd=folder) as served, \
            Wire(served.port) as wire:
        answer = wire.get("/static/a.txt")
        assert (answer.status, answer.body) == (200, b"plain file\n")
        assert answer.header("X-Around") == "1"
        assert wire.get("/static/a.txt?stop").body == b"stopped"
        answer = wire.get("/cached/a.txt")
        assert answer.header("Cache-Control") == "max-age=60"
        answer = wire.get("/cached/a.txt?exact")
        assert answer.header("Cache-Control") == "max-age=60, no-transform"
        answer = wire.get("/static/nope")
        assert (answer.status, answer.header("X-Around")) == (404, "1")
        served.wait_record("after", status=404)


def test_middleware_goes_around_streams(folder):
    with Served("out_wrapped", cwd=folder) as served, \
            Wire(served.port) as wire:
        answer = wire.get("/stream")
        assert (answer.body, answer.header("X-Around")) == (b"some", "1")
        wire.send(ask("/stream?fail"))
        with pytest.raises(AssertionError, match="ends early"):
            wire.read()
        served.wait_record("after", code=-9)
        assert len(served.find("handler failed")) == 1
