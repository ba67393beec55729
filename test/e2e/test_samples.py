"""The sample services do what their first comment says."""

import json
import re
import statistics
import time

import pytest

from crowd import ask_all, crowd
from runner import LIMIT, SAN, run, sample
from served import Served
from wire import Wire


@pytest.fixture(scope="module")
def orders():
    with Served("orders", files=[sample("orders")]) as served:
        yield served


@pytest.fixture
def wire(orders):
    with Wire(orders.port) as wire:
        yield wire


def create(wire, body):
    return wire.get("/orders", "Content-Type: application/json",
                    method="POST", body=body)


# ---- hello ----

def test_hello_says_hello():
    with Served("hello", files=[sample("hello")]) as hello, \
            Wire(hello.port) as wire:
        answer = wire.get("/")
        assert (answer.status, answer.body) == (200, b"Hello, world!\n")
        assert answer.header("Content-Type") == "text/plain; charset=utf-8"
        assert hello.stop() == 0


# ---- orders ----

def test_an_order_is_created_and_found_where_location_says(orders, wire):
    answer = create(wire, b'{"item": "tea"}')
    created = json.loads(answer.body)
    assert answer.status == 201
    assert answer.header("Content-Type") == "application/json; charset=utf-8"
    assert created == {"id": created["id"], "item": "tea", "state": "open"}
    assert answer.header("Location") == "/orders/" + created["id"]
    assert orders.wait_record("order created", id=created["id"],
                              logger="orders")

    answer = wire.get(answer.header("Location"))
    assert (answer.status, json.loads(answer.body)) == (200, created)
    assert answer.header("Content-Type") == "application/json; charset=utf-8"


def test_each_order_has_an_id_of_its_own(wire):
    ids = [json.loads(create(wire, b'{"item": "a"}').body)["id"]
           for _ in range(10)]
    assert len(set(ids)) == 10


def test_text_of_an_order_comes_back_as_it_was(wire):
    item = 'an "item" \\ \u00e5 \U0001f411 \n'
    answer = create(wire, json.dumps({"item": item}).encode())
    answer = wire.get(answer.header("Location"))
    assert json.loads(answer.body)["item"] == item


def test_malformed_json_gets_400_with_its_position(wire):
    answer = create(wire, b'{"item":\n  tea}')
    assert answer.status == 400
    assert re.match(r"body: line 2, column \d+", json.loads(answer.body)["error"])


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"item": 1}', b'"item"'])
def test_json_that_is_no_order_gets_400(wire, body):
    answer = create(wire, body)
    assert answer.status == 400
    assert json.loads(answer.body) == {"error": 'want an "item"'}


@pytest.mark.parametrize("path", ["/orders/none", "/", "/%22", "/orders/%ff"])
def test_its_own_404_is_json_and_names_the_path(wire, path):
    answer = wire.get(path)
    assert answer.status == 404
    assert answer.header("Content-Type") == "application/json; charset=utf-8"
    assert json.loads(answer.body) == {"error": "not found", "path": path}


def test_options_of_the_descriptor_hold(orders, wire):
    assert wire.get("/").header("Keep-Alive") == "timeout=10"
    assert create(wire, b" " * 65536).status == 400
    assert create(wire, b" " * 65537).status == 413
    wire.get("/real_ip", "X-Forwarded-For: 192.0.2.7")
    assert orders.wait_access(request_path="/real_ip")["remote_ip"] == "192.0.2.7"

    shown = json.loads(run("options", "--json", sample("orders")).stdout)
    port, = [row for row in shown if row["key"] == "http.port"]
    assert (port["value"], port["origin"]) == (4712, "descriptor")


def test_the_stop_hook_frees_what_start_made():
    # A leak is a bad exit code under the sanitizer.
    with Served("orders", files=[sample("orders")]) as orders:
        with Wire(orders.port) as wire:
            assert create(wire, b'{"item": "tea"}').status == 201
        assert orders.stop() == 0
        assert orders.lines == []


# ---- sheep ----

FLOCK = 200


def look(wire):
    """The time an answer took, and how many are counted and asleep."""
    begun = time.monotonic()
    text = wire.get("/sheep").body.decode()
    taken = time.monotonic() - begun
    counted, asleep = re.fullmatch(r"(\d+) counted, (\d+) asleep\n",
                                   text).groups()
    return taken, int(counted), int(asleep)


def test_sleeping_sheep_hold_up_neither_each_other_nor_the_worker():
    with Served("sheep", files=[sample("sheep")]) as sheep, \
            Wire(sheep.port, timeout=LIMIT) as watcher, \
            crowd(sheep.port, FLOCK, LIMIT) as flock:
        assert len(sheep.workers()) == 1
        looks, most = [], 0
        begun = time.monotonic()
        ask_all(flock, "/sheep", "POST")
        while True:
            taken, counted, asleep = look(watcher)
            if counted == FLOCK:
                break
            looks.append(taken)
            most = max(most, asleep)
        answers = [wire.read() for wire in flock]
        elapsed = time.monotonic() - begun

        median = statistics.median(looks)
        print(f"\n{FLOCK} sheep, up to {most} asleep at once: {elapsed:.2f} s; "
              f"{len(looks)} looks meanwhile: median {median * 1000:.2f} ms, "
              f"longest {max(looks) * 1000:.2f} ms")
        assert {answer.status for answer in answers} == {200}
        assert sorted(int(answer.body.split()[1]) for answer in answers) == \
            list(range(1, FLOCK + 1))
        assert most > FLOCK / 2
        assert 0.5 < elapsed < (15 if SAN else 3)
        assert len(looks) >= 50
        assert median < (0.5 if SAN else 0.05)
        assert sheep.stop() == 0


def test_sheep_that_sleep_when_a_stop_begins_are_still_counted():
    with Served("sheep", files=[sample("sheep")]) as sheep, \
            Wire(sheep.port) as watcher, \
            crowd(sheep.port, 20, LIMIT) as flock:
        ask_all(flock, "/sheep", "POST")
        while sum(look(watcher)[1:]) < 20:
            pass
        assert sheep.stop() == 0
        assert [wire.read().status for wire in flock] == [200] * 20
