"""Everything in task.h, in handlers that wait side by side."""

import json
import socket

import pytest

from crowd import ask_all, crowd, raise_fd_limit
from runner import LIMIT, until
from served import Served
from wire import Wire

TIMEOUT, CANCELLED, EINVAL, ESYSTEM = -4, -6, -1, -11
READABLE = 1
WAYS = ["sleep", "join", "offload", "wait_fd", "event", "semaphore"]


def serve(name):
    with Served(name, "runtime.offload_threads=4") as served:
        yield served
        # A leak is a bad exit code, and words, under the sanitizer.
        assert served.stop() == 0
        assert served.lines == []


@pytest.fixture(scope="module")
def tasks():
    yield from serve("tasks")


@pytest.fixture(scope="module")
def waits():
    yield from serve("waits")


def say(wire, path):
    answer = wire.get(path)
    assert answer.status == 200, answer
    return answer.body.decode()


def look(wire):
    return json.loads(say(wire, "/look"))


def wait_for(wire, **want):
    until(lambda: want.items() <= look(wire).items(), want)


def ask(wire, path):
    wire.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")


def text(wire):
    return wire.read().body.decode()


@pytest.fixture
def wire(tasks):
    with Wire(tasks.port, timeout=LIMIT) as wire:
        say(wire, "/gate/shut")
        yield wire


@pytest.fixture
def other(tasks):
    with Wire(tasks.port, timeout=LIMIT) as wire:
        yield wire


@pytest.fixture
def waiting(waits):
    with Wire(waits.port, timeout=LIMIT) as wire:
        say(wire, "/gate/shut")
        yield wire


# ---- sleep, spawn, join, cancel ----

@pytest.mark.parametrize("ms", [0, 1, 50])
def test_a_sleep_is_never_shorter_than_asked(wire, ms):
    assert ms <= int(say(wire, f"/sleep/{ms}")) < ms + LIMIT * 1000


def test_tasks_run_side_by_side_and_are_joined_for_their_results(wire, other):
    ask(other, "/spawn/100")
    wait_for(wire, waiting=100)
    say(wire, "/gate/open")
    assert text(other) == str(sum(range(100)))


def test_a_task_is_joined_once(wire):
    # The other join ends when the task is cancelled.
    assert say(wire, "/join_twice") == f"{EINVAL} 0"


def test_a_cancelled_task_walks_out_and_says_so(wire):
    before = look(wire)["walked_out"]
    assert say(wire, "/cancel") == str(CANCELLED)
    assert look(wire)["walked_out"] == before + 1


def test_children_left_behind_have_walked_out_when_the_answer_comes(wire):
    before = look(wire)["walked_out"]
    assert say(wire, "/leave/50") == "left"
    assert look(wire)["walked_out"] == before + 100


def test_five_thousand_handlers_sleep_at_once(tasks, wire):
    raise_fd_limit()
    with crowd(tasks.port, 5000, LIMIT) as sleepers:
        ask_all(sleepers, "/doze")
        wait_for(wire, waiting=5000)
        say(wire, "/gate/open")
        assert {text(sleeper) for sleeper in sleepers} == {"awake"}
    assert look(wire)["waiting"] == 0


# ---- offload ----

def test_offloaded_work_is_parallel_bounded_and_beside_the_loop(wire, other):
    ask(other, "/offload/12")
    wait_for(wire, blocked=4)
    assert int(say(wire, "/sleep/1")) < LIMIT * 1000
    say(wire, "/gate/open")
    assert text(other) == str(12 * 7)
    assert look(wire)["most_blocked"] == 4


# ---- descriptors ----

def test_a_handler_waits_for_a_pipe(wire, other):
    ask(other, "/pipe/-1")
    wait_for(wire, waiting=1)
    assert say(wire, "/poke") == "1"
    assert text(other) == f"{READABLE} x"


@pytest.mark.parametrize("ms", [0, 20])
def test_a_wait_for_a_pipe_has_a_time_limit(wire, ms):
    assert say(wire, f"/pipe/{ms}") == f"{TIMEOUT} -"


def test_what_cannot_be_waited_for_is_said_at_once(wire):
    assert say(wire, "/file") == f"{READABLE} {ESYSTEM} {EINVAL}"


def test_a_handler_talks_to_another_server(wire, other):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        ask(other, f"/relay/{listener.getsockname()[1]}")
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(LIMIT)
            assert peer.recv(64) == b"question"
            # The loop is free while the handler waits.
            assert int(say(wire, "/sleep/0")) < LIMIT * 1000
            peer.sendall(b"answer")
            assert text(other) == f"{READABLE} answer"


# ---- deadlines and cancels ----

@pytest.mark.parametrize("way", WAYS)
def test_a_deadline_ends_every_wait_until_it_is_lifted(waiting, way):
    assert say(waiting, f"/deadline/{way}") == f"{TIMEOUT} {TIMEOUT} 0"


@pytest.mark.parametrize("way", WAYS)
def test_a_cancel_ends_every_wait(waiting, way):
    assert say(waiting, f"/cancelled/{way}") == str(CANCELLED)


@pytest.mark.parametrize("leave", ["abort", "end"])
@pytest.mark.parametrize("way", WAYS)
def test_a_disconnect_cancels_every_wait_of_a_row_that_asks_for_it(
        way, leave):
    with Served("waits") as waits, Wire(waits.port) as probe:
        gone = Wire(waits.port)
        ask(gone, f"/disconnect/{way}")
        waits.wait_until_busy(gone)
        say(probe, "/look")
        getattr(gone, leave)()
        assert waits.record("gone")["code"] == CANCELLED
        record = waits.wait_access(request_path=f"/disconnect/{way}")
        assert record["status_code"] == 499
        assert "replaced_status_code" not in record
        assert not waits.find("handler failed")
        gone.socket.close()
        assert waits.stop() == 0


@pytest.mark.parametrize("leave", ["abort", "end"])
def test_a_disconnect_leaves_other_rows_alone(leave):
    with Served("waits") as waits, Wire(waits.port) as waiting:
        gone = Wire(waits.port)
        ask(gone, "/stay")
        wait_for(waiting, waiting=1)
        getattr(gone, leave)()
        assert look(waiting)["waiting"] == 1
        say(waiting, "/gate/open")
        assert waits.record("stayed")["code"] == 0
        record = waits.wait_access(request_path="/stay")
        assert record["status_code"] == 499
        assert leave == "abort" or record["replaced_status_code"] == 200
        gone.socket.close()


# ---- events and semaphores ----

def test_an_event_wakes_all_who_wait_and_stays_set(waits, waiting):
    with crowd(waits.port, 20, LIMIT) as wires:
        ask_all(wires, "/event")
        wait_for(waiting, waiting=20)
        say(waiting, "/gate/open")
        assert [text(wire) for wire in wires] == ["open"] * 20
        assert say(waiting, "/event") == "open"


@pytest.mark.parametrize("units", [1, 3, 26])
def test_a_semaphore_is_taken_in_order_by_as_many_as_it_has(waiting, units):
    assert say(waiting, f"/semaphore/{units}") == \
        f"abcdefghijklmnopqrstuvwxyz {units}"


# ---- threads and background tasks ----

def test_what_a_thread_posts_runs_on_the_loop_each_once(waiting):
    assert say(waiting, "/post") == "0 1000 0"


def test_a_background_task_runs_while_serving_and_ends_with_the_service():
    with Served("waits") as waits, Wire(waits.port) as wire:
        first = look(wire)["ticks"]
        until(lambda: look(wire)["ticks"] > first + 5, "ticks")
        assert waits.stop() == 0
        ended = waits.record("ticker ended")
        assert (ended["code"], ended["stopping"]) == (CANCELLED, True)
        assert not waits.find("task failed")


def test_a_handler_sees_that_a_stop_has_begun():
    with Served("waits") as waits, Wire(waits.port) as wire, \
            Wire(waits.port, timeout=LIMIT) as handler:
        ask(handler, "/until_stop")
        wait_for(wire, waiting=1)
        assert waits.stop() == 0
        assert text(handler) == "0"


# ---- what a coroutine keeps for itself ----

def test_handlers_use_most_of_their_stacks_at_once(waits, waiting):
    with crowd(waits.port, 20, LIMIT) as wires:
        ask_all(wires, "/stack/200")
        wait_for(waiting, waiting=20)
        say(waiting, "/gate/open")
        assert [text(wire) for wire in wires] == ["200"] * 20


def test_a_stack_that_overflows_is_a_crash_and_no_damage():
    with Served("waits") as waits:
        port = waits.port
        assert waits.get("/stack/280")[0] is None
        assert waits.record("worker crashed", reason="SIGSEGV")
        assert waits.get("/look", port)[0] == 200
        assert waits.stop() == 0


def test_each_handler_has_its_own_floating_point_state(waits, waiting):
    third, up = "0x1.5555555555555p-2", "0x1.5555555555556p-2"
    want = [f"{third} -{third}", f"{up} -{third}", f"{third} -{up}",
            f"{third} -{third}"]
    with crowd(waits.port, 8, LIMIT) as wires:
        for turn in range(3):
            for number, wire in enumerate(wires):
                ask(wire, f"/round/{number % 4}")
            wait_for(waiting, waiting=8)
            say(waiting, "/gate/open")
            for number, wire in enumerate(wires):
                assert text(wire) == f"clean same raised {want[number % 4]}"
            say(waiting, "/gate/shut")
