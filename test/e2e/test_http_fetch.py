"""tomo_fetch() against a peer of the test's own."""

import json
import os
import socket

import pytest

from peer import Peer, make_authority
from runner import LIMIT, SAN, service
from served import Served
from wire import Wire

EINVAL, ETIMEOUT, ECLOSED, ECANCELLED = -1, -4, -5, -6
ETOOBIG, EUNAVAILABLE, EPROTOCOL = -7, -9, -10
NONE = -1
HOUR_MS = 3600000


@pytest.fixture(scope="module", autouse=True)
def no_proxy():
    """The machine's proxy is not what is tested."""
    kept = {k: os.environ.pop(k) for k in list(os.environ)
            if k.lower().endswith("_proxy")}
    yield
    os.environ.update(kept)


@pytest.fixture(scope="module")
def served(no_proxy):
    with Served("fetch") as served:
        yield served
        assert served.stop() == 0
        assert served.lines == []


@pytest.fixture
def peer():
    with Peer() as peer:
        yield peer


@pytest.fixture
def wire(served):
    with Wire(served.port, timeout=LIMIT) as wire:
        yield wire


def tell(wire, url, path="/fetch", **order):
    order["url"] = url
    answer = wire.get(path, method="POST", body=json.dumps(order).encode())
    assert answer.status == 200, answer
    return json.loads(answer.body)


def start(wire, url, path="/fetch", **order):
    """Asks without waiting for the answer."""
    body = json.dumps({"url": url, **order})
    wire.send(f"POST {path} HTTP/1.1\r\nHost: x\r\n"
              f"Content-Length: {len(body)}\r\n\r\n{body}")


def finish(wire):
    return json.loads(wire.read().body)


def echoed(outcome):
    """What the peer got."""
    assert outcome["code"] == 0, outcome
    return json.loads(outcome["body"])


def values(echo, name):
    return [v for k, v in echo["headers"] if k == name]


def fails(outcome, code, *words):
    assert outcome["code"] == code, outcome
    assert "status" not in outcome
    for word in words:
        assert word in outcome["error"], outcome


# ---- requests ----

@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE",
                                    "OPTIONS", "TRACE", "PROPFIND"])
def test_each_method_goes_out_as_it_is(wire, peer, method):
    echo = echoed(tell(wire, peer.url("/echo/a?b=c"), method=method))
    assert (echo["method"], echo["path"]) == (method, "/echo/a?b=c")
    length = ["0"] if method in ("POST", "PUT", "PATCH") else []
    assert values(echo, "content-length") == length
    assert values(echo, "content-type") == []


def test_head_has_headers_and_no_body(wire, peer):
    for method in "HEAD", "head":
        outcome = tell(wire, peer.url("/size/500"), method=method)
        assert (outcome["status"], outcome["size"]) == (200, 0)
        assert ["Content-Length", "500"] in outcome["headers"]


@pytest.mark.parametrize("method", [None, "GET", "PUT", "DELETE", "REPORT"])
def test_a_body_goes_out_with_each_method(wire, peer, method):
    echo = echoed(tell(wire, peer.url(), method=method, body="hi there"))
    assert echo["method"] == (method or "POST")
    assert echo["body"] == "hi there"
    assert values(echo, "content-length") == ["8"]
    assert values(echo, "content-type") == []
    assert values(echo, "expect") == []


def test_an_empty_body_is_a_body(wire, peer):
    echo = echoed(tell(wire, peer.url(), body=""))
    assert echo["method"] == "POST"
    assert values(echo, "content-length") == ["0"]


def test_a_body_of_megabytes_goes_up(wire, peer):
    echo = echoed(tell(wire, peer.url(), repeat=5000000))
    assert echo["length"] == 5000000
    assert values(echo, "expect") == []


def test_json_goes_out_as_json(wire, peer):
    echo = echoed(tell(wire, peer.url(), json={"a": [1, "é"]}))
    assert json.loads(echo["body"].encode("latin-1")) == {"a": [1, "é"]}
    assert values(echo, "content-type") == ["application/json"]
    echo = echoed(tell(wire, peer.url(), json=[], headers=[
        ["content-type", "application/problem+json"]]))
    assert values(echo, "content-type") == ["application/problem+json"]


def test_headers_go_out_and_stand_for_the_runners_own(wire, peer):
    echo = echoed(tell(wire, peer.url()))
    assert values(echo, "host") == [f"127.0.0.1:{peer.port}"]
    assert values(echo, "user-agent")[0].startswith("tomodachi/")
    assert "gzip" in values(echo, "accept-encoding")[0]
    echo = echoed(tell(wire, peer.url(), headers=[
        ["Host", "example.org"], ["User-Agent", "me"], ["Accept", "text/csv"],
        ["X-Two", "1"], ["X-Two", "2"], ["X-Empty", ""]]))
    assert values(echo, "host") == ["example.org"]
    assert values(echo, "user-agent") == ["me"]
    assert values(echo, "accept") == ["text/csv"]
    assert values(echo, "x-two") == ["1", "2"]
    assert values(echo, "x-empty") == [""]


def test_user_and_password_of_the_url_authorize(wire, peer):
    url = f"http://joe:s%20t@127.0.0.1:{peer.port}/?key=hidden"
    assert values(echoed(tell(wire, url)), "authorization") == [
        "Basic am9lOnMgdA=="]
    assert tell(wire, url)["url"] == f"http://127.0.0.1:{peer.port}/?key=hidden"
    outcome = tell(wire, url, max_size=1)
    fails(outcome, ETOOBIG, f"GET http://127.0.0.1:{peer.port}/:")
    assert "hidden" not in outcome["error"] and "joe" not in outcome["error"]


@pytest.mark.parametrize("order, word", [
    ({"method": "GET / HTTP/1.1\r\nX: y\r\n"}, "method"),
    ({"method": ""}, "method"),
    ({"method": "CONNECT"}, "method"),
    ({"method": "HEAD", "body": "x"}, "HEAD"),
    ({"headers": [["A", "b\r\nC: d"]]}, '"A"'),
    ({"headers": [["A", "b\nC: d"]]}, '"A"'),
    ({"headers": [["A: b\r\nC", "d"]]}, "no such name"),
    ({"headers": [["", "d"]]}, "no such name"),
    ({"headers": [["A b", "d"]]}, "no such name"),
    ({"headers": [["content-length", "5"]]}, "the runner's"),
    ({"headers": [["Transfer-Encoding", "chunked"]]}, "the runner's"),
    ({"headers": [["Connection", "close"]]}, "the runner's"),
    ({"headers": [["Expect", "100-continue"]]}, "the runner's"),
    ({"body": "a", "json": 1}, "one of them"),
    ({"timeout_ms": -2}, "time-out"),
    ({"connect_timeout_ms": -2}, "time-out"),
    ({"max_redirects": -2}, "max_redirects"),
])
def test_what_makes_no_sense_is_refused_unasked(wire, peer, order, word):
    fails(tell(wire, peer.url(), **order), EINVAL, word)
    assert peer.connections == 0


@pytest.mark.parametrize("url", [
    "", "example.org/x", "ftp://127.0.0.1/", "file:///etc/passwd", "http://",
    "http://a b/", "http://127.0.0.1:99999/", "/relative",
    "http://127.0.0.1/\r\nX: y", "gopher://x/", "http://[::1/"])
def test_a_bad_url_is_refused(wire, url):
    fails(tell(wire, url), EINVAL, "url")


def test_misuse_is_told(served):
    with Wire(served.port) as wire:
        answers = json.loads(wire.get("/wrong").body)
    words = ["reply's size", "size is not set", "newer", "url is NULL",
             "size is not set", "body.data"]
    assert [code for code, _ in answers] == [EINVAL] * len(words)
    for (_, text), word in zip(answers, words):
        assert word in text


# ---- answers ----

@pytest.mark.parametrize("status", [200, 201, 204, 304, 400, 404, 418, 500,
                                    503, 599])
def test_any_status_is_an_answer(wire, peer, status):
    assert tell(wire, peer.url(f"/status/{status}"))["status"] == status


def test_headers_come_back_in_order_and_all(wire, peer):
    outcome = tell(wire, peer.url("/headers"))
    headers = [(k, v) for k, v in outcome["headers"] if k.startswith("X-")]
    assert headers == [("X-Two", "1"), ("X-Two", "2"), ("X-Empty", "")]
    outcome = tell(wire, peer.url("/echo"))
    assert outcome["type"] == "application/json"
    assert outcome["url"] == peer.url("/echo")


def test_interim_answers_and_trailers_are_not_the_answers_headers(wire, peer):
    outcome = tell(wire, peer.url("/interim"))
    assert (outcome["status"], outcome["body"]) == (200, "after")
    assert "X-Early" not in dict(outcome["headers"])
    outcome = tell(wire, peer.url("/chunked/3"))
    assert outcome["size"] == 3072
    assert "Trailer" not in dict(outcome["headers"])


def test_compressed_bodies_come_decoded(wire, peer):
    outcome = tell(wire, peer.url("/gzip/5000"))
    assert outcome["body"] == "z" * 5000
    fails(tell(wire, peer.url("/badgzip")), EPROTOCOL)
    echo = echoed(tell(wire, peer.url(), no_compression=1))
    assert values(echo, "accept-encoding") == []


def test_json_is_read_with_the_place_of_an_error(wire, peer):
    assert tell(wire, peer.url("/echo"), path="/json")["method"] == "GET"
    body = json.dumps({"url": peer.url("/size/3")}).encode()
    answer = wire.get("/json", method="POST", body=body)
    assert (answer.status, b"line 1, column 3" in answer.body) == (502, True)


@pytest.mark.parametrize("path", ["/size/{}", "/gzip/{}", "/size/{}?x"])
def test_a_body_of_the_bound_fits_and_one_more_byte_not(wire, peer, path):
    url = peer.url(path)
    assert tell(wire, url.format(5000), max_size=5000)["size"] == 5000
    fails(tell(wire, url.format(5001), max_size=5000), ETOOBIG, "larger")


def test_endless_answers_are_broken_off(wire, peer):
    fails(tell(wire, peer.url("/chunked/100000"), max_size=50000), ETOOBIG)
    fails(tell(wire, peer.url("/size/17000000")), ETOOBIG)
    fails(tell(wire, peer.url("/gzip/17000000")), ETOOBIG)
    fails(tell(wire, peer.url("/manyheaders/300000")), ETOOBIG)
    assert tell(wire, peer.url("/size/16000000"))["size"] == 16000000
    assert len(tell(wire, peer.url("/manyheaders/50000"))["headers"]) > 50


def test_head_of_what_is_too_large_is_no_error(wire, peer):
    outcome = tell(wire, peer.url("/size/5000"), method="HEAD", max_size=10)
    assert outcome["status"] == 200


# ---- redirects ----

@pytest.mark.parametrize("status, method, then, keeps_body", [
    (301, "GET", "GET", False), (301, "POST", "GET", False),
    (302, "POST", "GET", False), (302, "PUT", "PUT", True),
    (303, "POST", "GET", False), (303, "PUT", "GET", False),
    (303, "DELETE", "GET", False), (303, "HEAD", "HEAD", False),
    (307, "POST", "POST", True), (308, "PATCH", "PATCH", True),
    (308, "DELETE", "DELETE", True)])
def test_a_redirect_is_followed_by_the_right_method(wire, peer, status, method,
                                                    then, keeps_body):
    body = None if method in ("GET", "HEAD") else "data"
    outcome = tell(wire, peer.url(f"/redirect/{status}/2"), method=method,
                   body=body, headers=[["Content-Type", "text/csv"]])
    assert (outcome["status"], outcome["url"]) == (200, peer.url("/echo"))
    assert peer.requests == 3
    if method == "HEAD":
        return
    echo = echoed(outcome)
    assert echo["method"] == then
    assert echo["body"] == ("data" if keeps_body else "")
    assert values(echo, "content-type") == (["text/csv"] if keeps_body else [])


def test_redirects_are_counted(wire, peer):
    assert tell(wire, peer.url("/redirect/302/10"))["status"] == 200
    fails(tell(wire, peer.url("/redirect/302/11")), EPROTOCOL,
          "more than 10 redirects")
    fails(tell(wire, peer.url("/redirect/302/2"), max_redirects=1), EPROTOCOL)
    outcome = tell(wire, peer.url("/redirect/302/2"), max_redirects=NONE)
    assert (outcome["status"], outcome["body"]) == (302, "gone")
    assert outcome["url"] == peer.url("/redirect/302/2")


def test_a_status_without_location_is_an_answer(wire, peer):
    assert tell(wire, peer.url("/status/302"))["status"] == 302


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/", "file:///etc/passwd",
                                      "http://:0:/", "gopher://x/"])
def test_a_redirect_that_leads_out_of_http_is_refused(wire, peer, location):
    fails(tell(wire, peer.url("/to?" + location)), EPROTOCOL, "redirected")


def test_credentials_stay_with_the_origin_they_were_given_for(wire, peer):
    secrets = [["Authorization", "Bearer x"], ["Cookie", "a=b"],
               ["X-Other", "1"]]
    with Peer() as other:
        outcome = tell(wire, peer.url("/to?" + other.url("/echo")),
                       headers=secrets)
        echo = echoed(outcome)
        assert values(echo, "authorization") == values(echo, "cookie") == []
        assert values(echo, "x-other") == ["1"]
        assert values(echo, "host") == [f"127.0.0.1:{other.port}"]
        # Nor do they come back with a second redirect.
        back = "/to?" + other.url("/to?" + peer.url("/echo"))
        assert values(echoed(tell(wire, peer.url(back), headers=secrets)),
                      "authorization") == []
    echo = echoed(tell(wire, peer.url("/to?/echo"), headers=secrets))
    assert values(echo, "authorization") == ["Bearer x"]
    assert values(echo, "cookie") == ["a=b"]


# ---- failures of the peer ----

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_refused_connection_is_unavailable(wire):
    fails(tell(wire, f"http://127.0.0.1:{free_port()}/"), EUNAVAILABLE,
          "connect")


def test_an_unknown_host_is_unavailable(wire):
    fails(tell(wire, "http://no-such-host.invalid/"), EUNAVAILABLE, "resolve")


@pytest.mark.parametrize("path", ["/cut", "/reset", "/nothing"])
def test_a_broken_connection_is_closed(wire, peer, path):
    fails(tell(wire, peer.url(path)), ECLOSED)


def test_what_is_not_http_breaks_the_protocol(wire, peer):
    fails(tell(wire, peer.url("/garbage")), EPROTOCOL)


# ---- time ----

@pytest.mark.parametrize("path", ["/slow", "/half"])
def test_time_is_bounded_by_the_request(wire, peer, path):
    fails(tell(wire, peer.url(path), timeout_ms=50), ETIMEOUT, "timeout_ms")
    # The connection goes with it.
    peer.gate.set()
    peer.wait(lambda: peer.open == 0, "the connection is closed")


def test_time_is_bounded_by_the_deadline_of_the_call(wire, peer):
    fails(tell(wire, peer.url("/slow"), deadline_ms=50), ETIMEOUT, "deadline")


def test_the_time_is_that_of_all_redirects(wire, peer):
    fails(tell(wire, peer.url("/to?/slow"), timeout_ms=50), ETIMEOUT)


def test_a_connection_has_a_time_of_its_own(wire):
    # A queue that is full answers no SYN.
    with socket.socket() as deaf, socket.socket() as first, \
            socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for filler in first, second:
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        fails(tell(wire, url, connect_timeout_ms=100), ETIMEOUT)


def test_no_timeout_waits(wire, peer):
    start(wire, peer.url("/slow"), timeout_ms=NONE, connect_timeout_ms=NONE)
    peer.wait(lambda: peer.requests == 1, "the request came")
    peer.gate.set()
    assert finish(wire)["body"] == "slow"


def test_a_slow_peer_holds_back_nobody_else(served, wire, peer):
    start(wire, peer.url("/slow"))
    peer.wait(lambda: peer.requests == 1, "the request came")
    with Wire(served.port) as other:
        assert other.get("/hello").body == b"hello"
        assert tell(other, peer.url("/echo"))["status"] == 200
    peer.gate.set()
    assert finish(wire)["body"] == "slow"


# ---- side by side, and again ----

def test_two_hundred_run_side_by_side(wire, peer):
    start(wire, peer.url("/slow"), "/many", count=200)
    peer.wait(lambda: peer.requests == 200, "all requests came")
    assert peer.connections == 200
    peer.gate.set()
    outcomes = finish(wire)
    assert len(outcomes) == 200
    assert all(outcome["body"] == "slow" for outcome in outcomes)
    # Their connections serve the next.
    start(wire, peer.url("/echo"), "/many", count=200)
    assert all(outcome["status"] == 200 for outcome in finish(wire))
    assert peer.connections == 200


def test_a_connection_is_used_again(wire, peer):
    for _ in range(20):
        assert tell(wire, peer.url("/echo"))["status"] == 200
        assert tell(wire, peer.url(), body="x")["status"] == 200
    assert (peer.requests, peer.connections) == (40, 1)


def test_a_connection_that_the_peer_closed_is_made_anew(wire, peer):
    for _ in range(5):
        fails(tell(wire, peer.url("/cut")), ECLOSED)
        assert tell(wire, peer.url("/echo"))["status"] == 200


def test_cancelled_fetches_end_at_once_and_leave_nothing(wire, peer):
    outcomes = tell(wire, peer.url("/slow"), "/many", count=20, cancel=50)
    for outcome in outcomes:
        fails(outcome, ECANCELLED, "cancelled")
    peer.gate.set()
    peer.wait(lambda: peer.open == 0, "the connections are closed")
    assert tell(wire, peer.url("/echo"))["status"] == 200


@pytest.mark.skipif(bool(SAN), reason="a sanitizer wants to be loaded first")
def test_a_slow_lookup_blocks_nobody_and_is_not_waited_for(no_proxy,
                                                           monkeypatch):
    monkeypatch.setenv("LD_PRELOAD", service("slow_lookup"))
    url = "http://slow.invalid/"
    with Served("fetch", "runtime.stall_warning_ms=300") as served, \
            Wire(served.port, timeout=LIMIT) as wire, \
            Wire(served.port, timeout=LIMIT) as other:
        start(wire, url, timeout_ms=100)
        assert other.get("/hello").body == b"hello"
        fails(finish(wire), ETIMEOUT, "timeout_ms")
        fails(tell(wire, url, connect_timeout_ms=100), ETIMEOUT, "Resolving")
        for outcome in tell(wire, url, "/many", count=5, cancel=50):
            fails(outcome, ECANCELLED)
        assert served.stop() == 0
        assert served.find("handler held the loop") == []


def test_memory_is_given_back_by_a_rewind(wire, peer):
    body = json.dumps({"url": peer.url("/size/100000")}).encode()
    assert wire.get("/rewound", method="POST", body=body).body == b"0 0"


def test_a_service_may_fetch_from_itself(served, wire):
    url = f"http://127.0.0.1:{served.port}/hello"
    assert tell(wire, url)["body"] == "hello"
    assert all(outcome["body"] == "hello"
               for outcome in tell(wire, url, "/many", count=50))


# ---- TLS ----

@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(str(tmp_path_factory.mktemp("tls")))


@pytest.fixture
def secure(authority):
    with Peer(*authority[1:]) as peer:
        yield peer


def test_a_peer_is_trusted_by_its_authority(wire, secure, authority):
    for _ in range(3):
        assert tell(wire, secure.url("/echo"),
                    ca_file=authority[0])["status"] == 200
    assert secure.connections == 1


def test_a_peer_that_nobody_vouches_for_is_unavailable(wire, secure):
    fails(tell(wire, secure.url("/echo")), EUNAVAILABLE, "certificate")
    assert secure.requests == 0


def test_a_certificate_of_another_name_is_not_trusted(wire, secure, authority):
    fails(tell(wire, secure.url("/echo", "localhost"), ca_file=authority[0]),
          EUNAVAILABLE, "SSL")


def test_trust_is_not_inherited_from_an_earlier_request(wire, secure,
                                                        authority):
    url = secure.url("/echo")
    assert tell(wire, url, ca_file=authority[0])["status"] == 200
    assert tell(wire, url, insecure=1)["status"] == 200
    fails(tell(wire, url), EUNAVAILABLE)


def test_files_that_are_not_there_are_the_callers_fault(wire, secure,
                                                        authority):
    fails(tell(wire, secure.url(), ca_file="/nowhere/ca.pem"), EINVAL)
    fails(tell(wire, secure.url(), ca_file=authority[0],
               cert_file="/nowhere/me.pem"), EINVAL)


def test_a_certificate_stays_with_the_origin_it_was_given_for(wire, authority):
    ca_file, *ours = authority
    files = dict(zip(("cert_file", "key_file"), ours), ca_file=ca_file)
    with Peer(*ours, ca_file) as peer, Peer(*ours, ca_file) as other:
        def is_told(path):
            return echoed(tell(wire, peer.url(path), **files))["certificate"]
        assert is_told("/to?/echo")
        assert not is_told("/to?" + other.url("/echo"))
        # Nor is it told to an origin that was come back to.
        assert not is_told("/to?" + other.url("/to?" + peer.url("/echo")))


def test_plain_http_from_a_tls_port_and_the_reverse_fail(wire, secure, peer):
    fails(tell(wire, f"https://127.0.0.1:{peer.port}/", insecure=1,
               timeout_ms=5000), EUNAVAILABLE)
    assert tell(wire, f"http://127.0.0.1:{secure.port}/",
                timeout_ms=5000)["code"] in (ECLOSED, EPROTOCOL)


# ---- stops, hooks, environment ----

def test_a_stop_ends_what_is_under_way_and_closes_the_idle(peer, no_proxy):
    with Served("fetch") as served, Wire(served.port, timeout=LIMIT) as wire, \
            Wire(served.port, timeout=LIMIT) as other:
        assert tell(other, peer.url("/echo"))["status"] == 200
        start(wire, peer.url("/slow"), timeout_ms=HOUR_MS)
        peer.wait(lambda: peer.requests == 2, "the request came")
        assert served.stop() == 0
        fails(finish(wire), ECANCELLED)
        peer.gate.set()
        peer.wait(lambda: peer.open == 0, "all connections are closed")


def test_an_idle_connection_does_not_keep_a_service_from_its_end(peer,
                                                                 no_proxy):
    with Served("fetch", "http.termination_grace_period_seconds=60") as served:
        with Wire(served.port, timeout=LIMIT) as wire:
            assert tell(wire, peer.url("/echo"))["status"] == 200
        assert peer.open == 1
        assert served.stop() == 0


def test_hooks_may_fetch(peer, no_proxy, monkeypatch):
    monkeypatch.setenv("FETCH_AT_START", peer.url("/status/200"))
    with Served("fetch") as served:
        assert served.stop() == 0
        assert len(served.find("hook fetched 200")) == 5
    assert peer.requests == 5


def test_a_proxy_of_the_environment_is_asked(peer, no_proxy, monkeypatch):
    monkeypatch.setenv("http_proxy", peer.url())
    monkeypatch.setenv("https_proxy", peer.url())
    monkeypatch.setenv("no_proxy", "elsewhere.invalid")
    with Served("fetch") as served, Wire(served.port, timeout=LIMIT) as wire:
        assert tell(wire, "http://far.invalid/status/404")["status"] == 404
        assert peer.requests == 1
        fails(tell(wire, "https://far.invalid/"), EUNAVAILABLE, "403")
        fails(tell(wire, "http://elsewhere.invalid/"), EUNAVAILABLE, "resolve")


def test_a_worker_that_never_fetches_maps_no_libcurl(served, no_proxy):
    with Served("routes") as plain:
        for pid in plain.workers():
            with open(f"/proc/{pid}/maps") as maps:
                assert "libcurl" not in maps.read()
