"""http.compression: which answers become smaller, and what they say of it."""

import gzip
import os
import zlib

import brotli
import pytest

from served import Served, fails
from wire import Wire

LINE = b"All work and no play makes Jack a dull boy.\n"
ON = "http.compression=true"
BOTH = "Accept-Encoding: gzip, deflate, br"
GZIP = "Accept-Encoding: gzip"
CHANGED = 1700000000
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
MEBIBYTE = 1 << 20


def text(size):
    return (LINE * (size // len(LINE) + 1))[:size]


FILES = {"a.txt": text(5000), "small.txt": text(100), "max.txt":
         text(MEBIBYTE), "large.txt": text(MEBIBYTE + 1),
         "image.png": text(5000),
         "both.css": b"css" * 1000, "both.css.br": b"as br",
         "both.css.gz": b"as gzip", "one.js": b"js", "one.js.gz": b"as gzip",
         "old.js": text(3000), "old.js.gz": b"old",
         "odd.js": text(3000), "out.js": text(3000)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The working folder of the service."""
    folder = tmp_path_factory.mktemp("compression")
    static = folder / "static"
    static.mkdir()
    for name, data in FILES.items():
        (static / name).write_bytes(data)
        age = 1 if name == "old.js.gz" else 0
        os.utime(static / name, (CHANGED - age, CHANGED - age))
    (static / "odd.js.gz").mkdir()
    (folder / "secret").write_bytes(b"secret")
    (static / "out.js.gz").symlink_to(folder / "secret")
    return folder


@pytest.fixture(scope="module")
def on(folder):
    with Served("compression", ON, cwd=folder) as served:
        yield served


@pytest.fixture
def wire(on):
    with Wire(on.port) as wire:
        yield wire


def decoded(response):
    coding = response.header("Content-Encoding")
    if coding is None:
        return response.body
    return {"gzip": gzip.decompress, "br": brotli.decompress}[coding](
        response.body)


def etag_of(response):
    return response.header("ETag")


# ---- what is chosen ----

@pytest.mark.parametrize("accepts, coding", [
    ([BOTH], "br"),
    ([GZIP], "gzip"),
    (["Accept-Encoding: x-gzip"], "gzip"),
    (["Accept-Encoding: br;q=0.5, gzip"], "gzip"),
    (["Accept-Encoding: br;q=0, *"], "gzip"),
    (["Accept-Encoding: gzip;q=0.5", "Accept-Encoding: br"], "br"),
    (["Accept-Encoding: identity, gzip;q=0.5"], None),
    (["Accept-Encoding: deflate"], None),
    (["Accept-Encoding:"], None),
    ([], None),
])
def test_the_coding_is_what_the_client_likes_best(wire, accepts, coding):
    response = wire.get("/body", *accepts)
    assert response.status == 200
    assert response.header("Content-Encoding") == coding
    assert response.header("Vary") == "Accept-Encoding"
    assert decoded(response) == text(4096)
    assert (len(response.body) < 200) == (coding is not None)


@pytest.mark.parametrize("query", [
    "size=1023", "size=0", "type=image/png", "type=application/octet-stream",
    "header=Content-Encoding:deflate", "header=Cache-Control:no-transform",
    "header=Cache-Control:no-store&header=Cache-Control:a,%20no-transform",
    "status=206",
])
def test_what_gains_nothing_or_is_forbidden_is_left_alone(wire, query):
    response = wire.get("/body?" + query, BOTH)
    assert response.header("Content-Encoding") in (None, "deflate")
    assert response.header("Vary") is None
    assert response.body == text(len(response.body))


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_content_is_left_alone(wire, status):
    response = wire.get(f"/body?status={status}", BOTH)
    assert response.header("Content-Encoding") is None
    assert response.header("Content-Length") in (None, "0")
    assert wire.get("/body", BOTH).status == 200


@pytest.mark.parametrize("query", [
    "size=1024", "type=application/problem%2Bjson", "status=404",
    "type=TEXT/css", "header=Cache-Control:private"])
def test_text_of_any_status_is_compressed(wire, query):
    response = wire.get("/body?" + query, BOTH)
    assert response.header("Content-Encoding") == "br"
    assert decoded(response) in (text(1024), text(4096))


def test_what_would_become_longer_is_sent_as_it_is(wire):
    response = wire.get("/noise", BOTH)
    assert response.header("Content-Encoding") is None
    assert response.header("Vary") == "Accept-Encoding"
    assert len(response.body) == 4096


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_large_body_is_whole(wire, coding):
    response = wire.get("/body?size=3000001", "Accept-Encoding: " + coding)
    assert response.header("Content-Encoding") == coding
    assert decoded(response) == text(3000001)


def test_an_encoder_is_used_again(wire):
    for size in (5000, 200000, 1024, 5000):
        assert decoded(wire.get(f"/body?size={size}", GZIP)) == text(size)


def test_others_are_answered_while_a_large_body_is_compressed(on):
    with Wire(on.port) as large, Wire(on.port) as small:
        large.send("GET /body?size=33554432&turns HTTP/1.1\r\nHost: x\r\n"
                   f"{GZIP}\r\n\r\n")
        small.get("/body?turns")
        assert len(decoded(large.read())) == 33554432
    on.wait_access(request_query_string="size=33554432&turns")
    order = [record.get("request_query_string") for record in on.access()]
    assert order.index("turns") < order.index("size=33554432&turns")


def test_head_has_the_headers_of_get(wire):
    for path in ("/body", "/static/a.txt", "/static/both.css"):
        got = wire.get(path, BOTH)
        head = wire.get(path, BOTH, method="HEAD")
        assert head.header("Content-Encoding") == "br"
        assert [h for h in head.headers if h[0] != "Date"] == \
            [h for h in got.headers if h[0] != "Date"]


# ---- headers ----

@pytest.mark.parametrize("query, vary", [
    ("header=Vary:Origin", "Origin, Accept-Encoding"),
    ("header=Vary:*", "*"),
    ("header=Vary:accept-encoding", "accept-encoding"),
    ("header=Vary:Origin,%20Accept-Encoding", "Origin, Accept-Encoding"),
    ("header=Vary:Origin&header=Vary:Cookie",
     ["Origin, Accept-Encoding", "Cookie"]),
    ("header=Vary:", "Accept-Encoding"),
])
def test_vary_is_merged(wire, query, vary):
    for accepts in (BOTH, "X: y"):
        assert wire.get("/body?" + query, accepts).header("Vary") == vary


def test_the_etag_of_compressed_content_is_weak(wire):
    path = '/body?header=ETag:"a"'
    assert etag_of(wire.get(path, BOTH)) == 'W/"a"'
    assert etag_of(wire.get(path)) == '"a"'
    assert etag_of(wire.get('/body?header=ETag:W/"a"', BOTH)) == 'W/"a"'


def test_the_access_record_has_the_length_that_was_sent(on, wire):
    response = wire.get("/body?size=9999", BOTH)
    record = on.wait_access(request_query_string="size=9999")
    assert record["response_content_length"] == len(response.body)


def test_nothing_of_it_is_done_by_default(folder):
    with Served("compression", cwd=folder) as served, \
            Wire(served.port) as wire:
        for path in ("/body", "/static/both.css", "/stream"):
            response = wire.get(path, BOTH)
            assert response.header("Content-Encoding") is None
            assert response.header("Vary") is None


def test_the_smallest_size_is_an_option(folder):
    with Served("compression", ON, "http.compression_min_size=50",
                cwd=folder) as served, Wire(served.port) as wire:
        for size, coding in ((49, None), (1000, "br")):
            response = wire.get(f"/body?size={size}", BOTH)
            assert response.header("Content-Encoding") == coding
    code, line = fails("compression", "http.compression_min_size=0",
                       cwd=folder)
    assert code == 2
    assert "http.compression_min_size" in line


# ---- files ----

@pytest.mark.parametrize("path", ["/static/", "/file?path=static/"])
@pytest.mark.parametrize("name, coding", [
    ("a.txt", "br"), ("max.txt", "br"), ("large.txt", None),
    ("small.txt", None), ("image.png", None)])
def test_a_file_is_compressed_up_to_a_mebibyte(wire, path, name, coding):
    response = wire.get(path + name, BOTH)
    assert response.header("Content-Encoding") == coding
    assert decoded(response) == FILES[name]
    assert etag_of(response).startswith('W/"' if coding else '"')
    # Ranges would be of other bytes.
    assert response.header("Accept-Ranges") == (None if coding else "bytes")
    assert response.header("Vary") == \
        (None if name == "image.png" else "Accept-Encoding")


def test_a_range_is_of_the_file_as_it_is(wire):
    response = wire.get("/static/a.txt", BOTH, "Range: bytes=5-9")
    assert (response.status, response.body) == (206, text(10)[5:])
    assert response.header("Content-Encoding") is None
    assert response.header("Vary") == "Accept-Encoding"


def test_a_compressed_file_that_the_client_has_is_not_sent_again(wire):
    first = wire.get("/static/a.txt", BOTH)
    plain = wire.get("/static/a.txt")
    again = wire.get("/static/a.txt", BOTH,
                     "If-None-Match: " + etag_of(first))
    assert again.status == 304
    assert etag_of(again) == etag_of(first) == "W/" + etag_of(plain)
    assert again.header("Vary") == "Accept-Encoding"
    again = wire.get("/static/a.txt", "If-None-Match: " + etag_of(plain))
    assert (again.status, etag_of(again)) == (304, etag_of(plain))


@pytest.mark.parametrize("asked, sent", [
    ('W/"v1"', 'W/"v1"'), ('"v0", W/"v1"', 'W/"v1"'), ('"v1"', '"v1"')])
def test_a_handler_that_answers_304_tells_the_same_as_with_content(
        wire, asked, sent):
    answer = wire.get("/body?status=304&header=ETag:%22v1%22", BOTH,
                      "If-None-Match: " + asked)
    assert (answer.status, etag_of(answer)) == (304, sent)
    assert answer.header("Vary") == "Accept-Encoding"
    answer = wire.get("/body?status=304&type=image/png", BOTH)
    assert answer.header("Vary") is None


def test_a_part_cannot_be_added_to_compressed_content(wire):
    first = wire.get("/static/a.txt", BOTH)
    response = wire.get("/static/a.txt", BOTH, "Range: bytes=5-9",
                        "If-Range: " + etag_of(first))
    assert response.status == 200
    assert decoded(response) == FILES["a.txt"]


@pytest.mark.parametrize("name, accepts, coding, body", [
    ("both.css", BOTH, "br", b"as br"),
    ("both.css", GZIP, "gzip", b"as gzip"),
    ("both.css", "X: y", None, FILES["both.css"]),
    ("one.js", BOTH, "gzip", b"as gzip"),
    ("one.js", "Accept-Encoding: br", None, b"js"),
])
def test_a_file_compressed_before_is_sent(wire, name, accepts, coding, body):
    response = wire.get("/static/" + name, accepts)
    assert response.body == body
    assert response.header("Content-Encoding") == coding
    assert response.header("Content-Type").startswith("text/")
    assert response.header("Vary") == "Accept-Encoding"
    assert response.header("Last-Modified") == DATE
    assert response.header("Accept-Ranges") == "bytes"
    assert etag_of(response).endswith(f'-{coding}"' if coding else '"')
    assert etag_of(response).startswith('"')


def test_a_file_compressed_before_has_ranges_and_an_etag_of_its_own(wire):
    tags = {etag_of(wire.get("/static/both.css", accepts))
            for accepts in (BOTH, GZIP, "X: y")}
    assert len(tags) == 3
    part = wire.get("/static/both.css", BOTH, "Range: bytes=3-")
    assert (part.status, part.body) == (206, b"br")
    assert part.header("Content-Encoding") == "br"
    assert part.header("Content-Range") == "bytes 3-4/5"
    again = wire.get("/static/both.css", BOTH,
                     "If-None-Match: " + etag_of(part))
    assert (again.status, etag_of(again)) == (304, etag_of(part))
    assert again.header("Content-Encoding") is None
    outside = wire.get("/static/both.css", BOTH, "Range: bytes=9-")
    assert outside.status == 416
    assert outside.header("Content-Encoding") is None


@pytest.mark.parametrize("name", ["old.js", "odd.js", "out.js"])
def test_a_neighbour_older_or_no_file_of_the_folder_is_not_sent(wire, name):
    response = wire.get("/static/" + name, GZIP)
    assert response.header("Content-Encoding") == "gzip"
    assert decoded(response) == FILES[name]


def test_files_that_must_not_be_transformed_are_sent_as_they_are(wire):
    for name in ("a.txt", "both.css"):
        response = wire.get("/exact/" + name, BOTH)
        assert response.body == FILES[name]
        assert response.header("Content-Encoding") is None
        assert response.header("Vary") is None


def test_a_file_that_is_not_there_is_404(wire):
    assert wire.get("/static/none.txt", BOTH).status == 404


# ---- streams ----

def test_a_stream_is_compressed(on, wire):
    # Brotli would take ten times the memory.
    response = wire.get("/stream?size=200000&pieces=3", BOTH)
    assert response.header("Content-Encoding") == "gzip"
    assert response.header("Vary") == "Accept-Encoding"
    assert gzip.decompress(response.body) == 3 * text(200000)
    record = on.wait_access(request_query_string="size=200000&pieces=3")
    assert record["response_content_length"] == len(response.body)
    assert wire.get("/body").status == 200


def test_a_stream_to_http_10_is_compressed(on):
    with Wire(on.port) as wire:
        wire.send(f"GET /stream HTTP/1.0\r\n{GZIP}\r\n\r\n")
        response = wire.read()
        while wire._fill():
            pass
        assert response.header("Content-Encoding") == "gzip"
        assert gzip.decompress(wire.buffer) == 2 * text(4096)


@pytest.mark.parametrize("path, accepts", [
    ("/stream", "Accept-Encoding: br"), ("/stream?type=video/mp4", BOTH),
    ("/stream?header=Cache-Control:no-transform", BOTH)])
def test_a_stream_is_left_as_it_is(wire, path, accepts):
    response = wire.get(path, accepts)
    assert response.header("Content-Encoding") is None
    assert response.body == 2 * text(4096)


def test_head_of_a_stream_has_the_headers_of_get(wire):
    response = wire.get("/stream", BOTH, method="HEAD")
    assert response.header("Content-Encoding") == "gzip"
    assert wire.get("/body").status == 200


def test_a_stream_without_content_can_be_decoded(wire):
    response = wire.get("/stream?size=0", GZIP)
    assert gzip.decompress(response.body) == b""
    assert wire.get("/stream?pieces=0", GZIP).body == b""


def test_an_event_is_not_held_back(on, wire):
    wire.send(f"GET /slowly HTTP/1.1\r\nHost: x\r\n{GZIP}\r\n\r\n")
    while b"\r\n\r\n" not in wire.buffer:
        assert wire._fill()
    head, _, wire.buffer = wire.buffer.partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    chunks = wire.chunks()
    decoder = zlib.decompressobj(31)
    assert decoder.decompress(next(chunks)) == b"data: one\n\n"
    with Wire(on.port) as other:
        other.get("/more")
    rest = b"".join(decoder.decompress(chunk) for chunk in chunks)
    assert rest == b"data: two\n\n"
    assert decoder.eof


def test_a_client_may_leave_in_the_middle_of_a_stream(on):
    query = "size=100000&pieces=100000"
    with Wire(on.port) as wire:
        wire.send(f"GET /stream?{query} HTTP/1.1\r\nHost: x\r\n{GZIP}\r\n\r\n")
        assert wire._fill()
    record = on.wait_access(request_query_string=query)
    assert record["status_code"] == 499


def test_a_stream_that_fails_does_not_look_whole(on):
    with Wire(on.port) as wire:
        wire.send(f"GET /breaks HTTP/1.1\r\nHost: x\r\n{GZIP}\r\n\r\n")
        with pytest.raises(AssertionError, match="the body ends early"):
            wire.read()
