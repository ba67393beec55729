"""
What two readers of the same bytes could take for different requests: refused,
and nothing behind it is ever answered.
"""

import pytest

from served import Served
from wire import Wire

# A second request that somebody else would see, or not.
PREFIX = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
POST = "POST {} HTTP/1.1\r\nHost: x\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
PATHS = ["/form", "/count"]  # read before the handler, and by it


@pytest.fixture(scope="module")
def service():
    with Served("input") as served:
        yield served


def answers(service, data):
    """The statuses of all answers, until the server closes."""
    with Wire(service.port) as wire:
        wire.send(data).end()
        found = []
        while answer := wire.read():
            found.append(answer.status)
        return found


def refused(service, data, statuses=(400,)):
    found = answers(service, data)
    assert len(found) == 1 and found[0] in statuses, found


@pytest.mark.parametrize("headers", [
    "Content-Length: 6\r\n" + CHUNKED,
    CHUNKED + "Content-Length: 6\r\n",
    "Content-Length: 6\r\nTransfer-Encoding: identity\r\n",
    "Content-Length: 6\r\nTransfer-Encoding: xchunked\r\n",
    "Content-Length: 0\r\n" + CHUNKED,
    "Transfer-Encoding: xchunked\r\n",
    "Transfer-Encoding: chunkedx\r\n",
    "Transfer-Encoding: chunked-x\r\n",
    'Transfer-Encoding: "chunked"\r\n',
    "Transfer-Encoding: 'chunked'\r\n",
    "Transfer-Encoding: chunked;q=1\r\n",
    "Transfer-Encoding: chunked,\r\n",
    "Transfer-Encoding: ,chunked\r\n",
    "Transfer-Encoding: chunked, chunked\r\n",
    "Transfer-Encoding: identity, chunked\r\n",
    "Transfer-Encoding: chunked, identity\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: gzip\r\n",
    "Transfer-Encoding:\r\n",
    "Transfer-Encoding: \r\n",
    CHUNKED + CHUNKED,
    "Transfer-Encoding: identity\r\n" + CHUNKED,
    CHUNKED + "Transfer-Encoding: identity\r\n",
    "transfer-encoding: CHUNKED\r\nTRANSFER-ENCODING: chunked\r\n",
    "Transfer-Encoding : chunked\r\n",
    "Transfer-Encoding\t: chunked\r\n",
    " Transfer-Encoding: chunked\r\n",
    "X: y\r\n Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding:\r\n chunked\r\n",
    "Transfer-Encoding:\r\n\tchunked\r\n",
    "Transfer-Encoding: \x0bchunked\r\n",
    "Transfer-Encoding: \x0cchunked\r\n",
    "Transfer-Encoding: chunked\x00\r\n",
    "Transfer-Encoding: \x00chunked\r\n",
    "Transfer-Encoding: chunked\xa0\r\n",
    "Transfer\x00-Encoding: chunked\r\n",
    "Transfer-Encoding\x00: chunked\r\n",
    "X: y\rTransfer-Encoding: chunked\r\n",
    "X: y\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\n",
    "Transfer-Encoding: chunked\r",
    "X\r\n" + CHUNKED,
    ": y\r\n" + CHUNKED,
])
@pytest.mark.parametrize("path", PATHS)
def test_a_transfer_encoding_that_can_be_doubted_is_refused(
        service, path, headers):
    refused(service, POST.format(path) + headers + "\r\n0\r\n\r\n" + PREFIX,
            (400, 501))


@pytest.mark.parametrize("value", [
    "", " ", "+5", "-5", "-0", "0x5", "5h", "5.0", "5e0", "1_0", "5 5", "5,5",
    "5, 5", "5;", '"5"', "\x005", "5\x00", "\x0b5", "\xa05", "٥".encode().
    decode("latin-1"), "18446744073709551616", "18446744073709551621",
    "99999999999999999999999999", "５".encode().decode("latin-1"),
])
@pytest.mark.parametrize("path", PATHS)
def test_a_length_that_can_be_doubted_is_refused(service, path, value):
    refused(service, POST.format(path) + f"Content-Length: {value}\r\n\r\n" +
            "hello" + PREFIX)


@pytest.mark.parametrize("headers", [
    "Content-Length: 5\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\nContent-Length: 0\r\n",
    "Content-Length: 0\r\ncontent-length: 5\r\n",
    "Content-Length : 5\r\n",
    " Content-Length: 5\r\n",
    "Content-Length:\r\n 5\r\n",
    "Content-Length: 5\r\n 0\r\n",
    "Content-Length: 5\n",
    "X: y\nContent-Length: 5\r\n",
    "X: y\rContent-Length: 5\r\n",
])
@pytest.mark.parametrize("path", PATHS)
def test_lengths_that_can_be_read_twice_are_refused(service, path, headers):
    refused(service, POST.format(path) + headers + "\r\nhello" + PREFIX)


def test_the_largest_lengths_are_too_large_and_not_small(service):
    for value in "18446744073709551615", "9223372036854775808", "4294967296":
        refused(service, POST.format("/form") +
                f"Content-Length: {value}\r\n\r\nhello" + PREFIX, (413,))


@pytest.mark.parametrize("data", [
    "GET /form HTTP/1.1\nHost: x\r\n\r\n",
    "GET /form HTTP/1.1\r\nHost: x\n\r\n",
    "GET /form HTTP/1.1\r\nHost: x\r\n\n",
    "GET /form HTTP/1.1\r\nHost: x\n\n",
    "\nGET /form HTTP/1.1\r\nHost: x\r\n\r\n",
    "\rGET /form HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /form HTTP/1.1\rHost: x\r\n\r\n",
    "GET /form HTTP/1.1\r\nHost: x\r\r\n\r\n",
    "GET /form HTTP/1.1\r\nHost: x\r\n\r\r\n",
    "GET /form HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET /form HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET /form HTTP/1.1\r\n\r\n",
    "GET  /form HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /form  HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /form HTTP/1.1 \r\nHost: x\r\n\r\n",
    "GET /form /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
    " GET /form HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /fo\x00rm HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /form HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    "GET /form\r\n\r\n",
    "GET /form HTTP/01.1\r\nHost: x\r\n\r\n",
    "GET /form HTTP/1.1.1\r\nHost: x\r\n\r\n",
    "GET /form http/1.1\r\nHost: x\r\n\r\n",
    POST.format("/form").replace("1.1", "1.0") + CHUNKED + "\r\n0\r\n\r\n",
])
def test_a_head_that_can_be_doubted_is_refused(service, data):
    refused(service, data + PREFIX)


@pytest.mark.parametrize("body", [
    "0\n\r\n", "0\r\n\n", "0\n\n", "0\r\r\n", "0\r\n\r\r\n", "0 \r\n\r\n",
    "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n",
    "5\r\nhello\r0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello!\r\n0\r\n\r\n",
    "4\r\nhello\r\n0\r\n\r\n", "6\r\nhello\r\n0\r\n\r\n",
    "\r\n5\r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n",
    "5 \r\nhello\r\n0\r\n\r\n", "5\t;a\r\nhello\r\n0\r\n\r\n",
    "+5\r\nhello\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n",
    "0x5\r\nhello\r\n0\r\n\r\n", "5h\r\nhello\r\n0\r\n\r\n",
    "\x00" + "5\r\nhello\r\n0\r\n\r\n", "5\x00\r\nhello\r\n0\r\n\r\n",
    "5;a\nb\r\nhello\r\n0\r\n\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n",
    "5;\x00\r\nhello\r\n0\r\n\r\n", "5;" + "a" * 20000 + "\r\nhello\r\n",
    "10000000000000005\r\nhello\r\n0\r\n\r\n",
    "00000000000000005\r\nhello\r\n0\r\n\r\n",
    "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "0\r\nX: y\n\r\n", "0\r\nX: y\r\n\n", "0\r\nX: y\r\n z\r\n\r\n",
    "0\r\n X: y\r\n\r\n", "0\r\nX : y\r\n\r\n", "0\r\nX\r\n\r\n",
    "0\r\nX: a\rb\r\n\r\n", "0\r\nX: \x00\r\n\r\n",
    "0\r\nX: " + "y" * 20000 + "\r\n\r\n",
    "0\r\n" + PREFIX,
])
@pytest.mark.parametrize("path", PATHS)
def test_chunks_that_can_be_doubted_are_refused(service, path, body):
    refused(service, POST.format(path) + CHUNKED + "\r\n" + body + PREFIX)


@pytest.mark.parametrize("size", ["ffffffffffffffff", "8000000000000000",
                                  "fffffffffffffffe"])
def test_a_chunk_at_the_edge_of_64_bits_never_ends(service, size):
    """What follows is its data: no answer for half a body, nor for the rest."""
    data = f"{size}\r\nhello\r\n0\r\n\r\n" + PREFIX
    assert answers(service, POST.format("/form") + CHUNKED + "\r\n" +
                   data) == []


@pytest.mark.parametrize("body", [
    "5\r\nhello\r\n0\r\n\r\n", "0000000000000005\r\nhello\r\n0000\r\n\r\n",
    "5;a=b;c\r\nhello\r\n0;d\r\nX: y\r\n\r\n",
    "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
])
@pytest.mark.parametrize("path", PATHS)
def test_what_nobody_can_doubt_is_answered_and_the_next_too(
        service, path, body):
    assert answers(service, POST.format(path) + CHUNKED + "\r\n" + body +
                   PREFIX) == [200, 404]


@pytest.mark.parametrize("path", PATHS)
def test_an_end_at_any_byte_never_runs_a_handler_on_half_a_body(
        service, path):
    head = POST.format(path) + CHUNKED + "\r\n"
    whole = head + "5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n"
    for end in range(len(whole)):
        found = answers(service, whole[:end])
        # A handler that streams is told that the peer is gone.
        begun = path == "/count" and end >= len(head)
        assert found == ([400] if begun else []), end
    assert not service.find("stream ended", code=0, size=8)
    assert answers(service, whole) == [200]
