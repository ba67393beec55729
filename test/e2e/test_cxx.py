"""A C++ service throws, catches and unwinds across suspensions."""

import itertools

import pytest

from crowd import crowd
from runner import LIMIT, Runner, environment, is_alive, service, until
from served import Served
from wire import Wire

SHAPES = {
    "caught": "{}",
    "nested": "in {0} of {0}",
    "rethrown": "{}",
    "unwound": "{}",
    "kept": "{}",
}


@pytest.fixture(scope="module")
def throwing():
    with Served("throwing") as served:
        yield served
        assert served.stop() == 0
        assert served.lines == []


def said(wire):
    answer = wire.read()
    return answer.status, answer.body.decode()


def send(wire, path):
    wire.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")


@pytest.mark.parametrize("shape", SHAPES)
def test_many_in_the_middle_of_an_exception_see_each_their_own(throwing, shape):
    with crowd(throwing.port, 50, LIMIT) as wires, Wire(throwing.port) as probe:
        probe.get("/gate/shut")
        for number, wire in enumerate(wires):
            send(wire, f"/{shape}/e{number}/held")
        until(lambda: int(probe.get("/inside").body) == 50, "50 at once")
        probe.get("/gate/open")
        for number, wire in enumerate(wires):
            assert said(wire) == (200, SHAPES[shape].format(f"e{number}"))


def test_all_shapes_interleave(throwing):
    with crowd(throwing.port, 60, LIMIT) as wires:
        for turn in range(5):
            shapes = list(itertools.islice(itertools.cycle(SHAPES), turn,
                                           turn + len(wires)))
            for number, (wire, shape) in enumerate(zip(wires, shapes)):
                send(wire, f"/{shape}/e{turn}.{number}/{number * 7 % 20}")
            for number, (wire, shape) in enumerate(zip(wires, shapes)):
                assert said(wire) == (
                    200, SHAPES[shape].format(f"e{turn}.{number}"))


def test_a_handler_that_waits_in_a_catch_block_hides_it_from_the_next(throwing):
    with Wire(throwing.port) as waits, Wire(throwing.port) as throws:
        throws.get("/gate/shut")
        send(waits, "/caught/first/held")
        until(lambda: throws.get("/inside").body == b"1", "the wait")
        assert throws.get("/caught/second/0").body == b"second"
        throws.get("/gate/open")
        assert said(waits) == (200, "first")


def test_destructors_run_when_a_cancelled_handler_walks_out():
    with Served("throwing") as throwing:
        wire = Wire(throwing.port)
        send(wire, "/walks_out")
        until(lambda: throwing.get("/inside")[0] == 200, "its start")
        wire.abort()
        assert throwing.record("destroyed", name="inner")["uncaught"] == 1
        assert throwing.record("destroyed", name="outer")["uncaught"] == 0
        assert throwing.stop() == 0


def test_destructors_run_when_the_grace_period_ends():
    with Served("throwing",
                "http.termination_grace_period_seconds=0") as throwing, \
            Wire(throwing.port) as wire:
        send(wire, "/walks_out")
        until(lambda: throwing.get("/inside")[0] == 200, "its start")
        assert throwing.stop() == 0
        assert [record["name"] for record in throwing.find("destroyed")] == \
            ["inner", "outer"]


ESCAPES = ["handler/boom/0", "handler/boom/20", "task/boom/1000",
           "thread/boom/0"]


@pytest.mark.parametrize("path", ESCAPES)
def test_an_exception_that_escapes_is_a_crash_and_a_restart(path):
    with Served("throwing") as throwing:
        port = throwing.port
        worker, = throwing.workers()
        assert throwing.get("/escapes/" + path)[0] is None
        assert throwing.record("worker crashed", reason="SIGABRT",
                               service="throwing", next="restart in 100 ms")
        assert any("terminate called" in line for line in throwing.lines)
        assert throwing.get("/caught/next/0", port) == (200, "next")
        assert not is_alive(worker)
        assert throwing.stop() == 0


def test_an_exception_that_escapes_leaves_a_stand_in_in_development():
    with Runner(service("throwing"), env=environment(leaks=False)) as runner:
        port = runner.port
        assert runner.get("/escapes/handler/boom/0")[0] is None
        assert runner.record("worker crashed", reason="SIGABRT")
        assert runner.get("/caught/next/0", port) == (
            503, "throwing crashed: SIGABRT in escapes at "
            "test/services/throwing.cc:245, handling "
            "GET /escapes/handler/boom/0; waiting for a change\n")
        assert runner.stop() == 0
