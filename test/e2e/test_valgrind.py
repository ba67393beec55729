"""A worker's code under valgrind: coroutines, requests, bodies, a stop."""

import pytest

from runner import SAN, Runner, service
from wire import Wire

pytestmark = pytest.mark.skipif(bool(SAN), reason="valgrind and sanitizers "
                                "do not run together")


def test_a_worker_makes_no_error_and_loses_no_memory():
    with Runner(service("routes"), args=[
            "--no-supervisor", "--option", "http.port=0"],
            prefix=("valgrind", "-q", "--error-exitcode=99",
                    "--leak-check=full", "--errors-for-leak-kinds=definite"),
            ) as runner:
        with Wire(runner.port, timeout=60) as wire, \
                Wire(runner.port, timeout=60) as gone:
            gone.send("GET /cancelled HTTP/1.1\r\nHost: x\r\n\r\n")
            assert wire.get("/text").status == 200
            assert wire.get("/sleep/10").body == b"slept 10"
            assert wire.get("/echo", method="POST",
                            body=b"b" * 5000).body == b"b" * 5000
            assert wire.get("/json", method="POST", body=b"[1]").status == 200
            assert wire.get("/show?a=b%20c").status == 200
            assert wire.get("/fail").status == 500
            assert wire.get("/conflict").status == 409
            wire.send("GET /text HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
            assert all(wire.read().status == 200 for _ in range(20))
            gone.abort()
            assert wire.get("/rewound?a=b").status == 200
        with Wire(runner.port, timeout=60) as bad:
            assert bad.send("BAD\r\n\r\n").read().status == 400
        assert runner.stop() == 0, runner.lines
