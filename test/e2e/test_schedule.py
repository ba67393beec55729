"""Scheduled functions: on time, once, whatever is reloaded meanwhile."""

import datetime
import re
import signal
import statistics
import sys
import time
import zoneinfo

import pytest

from runner import SAN, Runner, environment, run, sample, service, until
from served import Served, arguments
from wire import Wire

# How late a run may be; a sanitizer on a busy machine is slow.
LATE = 1.0 if SAN else 0.05

ALIVE = "http.keepalive_timeout=60"


class Notes:
    """The lines that the runs of the schedule service have written."""

    def __init__(self, path):
        self.path = path

    def lines(self):
        if not self.path.exists():
            return []
        return [line.split() for line in self.path.read_text().splitlines()]

    def of(self, what):
        """(process, due, began) of each run, in the order they began."""
        return [(int(pid), int(due), float(began))
                for name, pid, due, began in self.lines() if name == what]

    def wait(self, what, count):
        until(lambda: len(self.of(what)) >= count, f"{count} runs of {what}")
        return self.of(what)


@pytest.fixture
def notes(tmp_path):
    return Notes(tmp_path / "notes")


def serve(notes, *options, **more):
    return Served("schedule", *options,
                  env=environment(SCHEDULE_FILE=str(notes.path)), **more)


def consecutive(runs):
    times = sorted(due for _, due, _ in runs)
    return times == list(range(times[0], times[0] + len(times)))


def irregular(runs):
    """Those beside a second that was lost or doubled."""
    runs = sorted(runs, key=lambda run: (run[1], run[2]))
    return [pair for pair in zip(runs, runs[1:])
            if pair[1][1] - pair[0][1] != 1]


def drift(late):
    """
    By how much each is later than the one before: the median slope of all
    pairs (Theil and Sen), which up to a quarter of outliers do not move.
    """
    return statistics.median((later - sooner) / (j - i)
                             for j, later in enumerate(late)
                             for i, sooner in enumerate(late[:j]))


# ---- runs ----

def test_a_heartbeat_comes_each_second_and_does_not_drift(notes):
    beats = 20
    with serve(notes):
        runs = notes.wait("beat", beats)
        assert consecutive(runs), runs
        late = [began - due for _, due, began in runs]
        # One may meet a busy machine; half of them do not.
        assert 0 <= min(late) and statistics.median(late) < LATE, late
        assert abs(drift(late)) < 0.0005, late


def test_a_drift_of_a_millisecond_a_beat_is_seen():
    busy = {3: 0.4, 4: 0.05, 11: 0.08, 18: 0.2}
    late = [0.001 * (beat % 3) + busy.get(beat, 0) for beat in range(20)]
    assert abs(drift(late)) < 0.0005
    assert drift([x + 0.001 * beat for beat, x in enumerate(late)]) > 0.0005


def test_immediately_is_at_once(notes):
    begun = int(time.time())
    with serve(notes) as served:
        (_, due, began), = notes.wait("at_once", 1)
        assert begun <= due <= time.time()
        assert began - due < 1 + LATE
        # And no second time.
        notes.wait("beat", 2)
        assert len(notes.of("at_once")) == 1
        assert served.stop() == 0


def test_many_runs_at_the_start_let_others_have_their_turn():
    with Served("many_at_once", ALIVE) as served, Wire(served.port) as wire:
        assert int(wire.get("/").body) < 2000
        until(lambda: int(wire.get("/").body) == 2000, "all of them")


def test_a_run_that_goes_on_skips_the_next_which_is_logged(notes):
    with serve(notes) as served:
        runs = notes.wait("slow", 2)
        assert runs[1][1] - runs[0][1] == 3, runs
        skipped = served.record("run skipped", handler="slow")
        assert skipped["level"] == "warning"
        assert skipped["due"] == runs[0][1] + 1
        assert skipped["reason"] == "the last one goes on"
        assert served.record("runs go on", handler="slow")["skipped"] == 2
        # One warning tells of both.
        assert len(served.find("run skipped", handler="slow",
                               due=runs[0][1] + 2)) == 0


def test_runs_overlap_up_to_their_bound(notes):
    with serve(notes) as served:
        skipped = served.record("run skipped", handler="crowd")
        assert skipped["reason"] == "as many as max_running go on"
        assert len(notes.of("crowd")) == 2
        # What waits for an hour is cancelled by a stop, without complaint.
        assert served.stop() == 0
        assert not served.find("scheduled function failed", handler="crowd")


def test_a_run_missed_by_a_held_loop_is_logged(notes):
    with Runner(service("schedule_busy"), args=["--production"],
                env=environment(SCHEDULE_FILE=str(notes.path),
                                SCHEDULE_HOLD="3.2")) as served:
        missed = served.record("run missed", handler="busy")
        assert missed["level"] == "warning"
        assert missed["reason"] == "the run before it came too late"
        # A second late, another missed, the third in time.
        held = missed["due"] - 2
        runs = notes.wait("busy", 5)
        times = [due for _, due, _ in runs]
        at = times.index(held)
        until(lambda: len(notes.of("busy")) > at + 2, "two runs after it")
        times = [due for _, due, _ in notes.of("busy")]
        assert times[at + 1:at + 3] == [held + 1, held + 3], times


def test_a_failure_is_logged_by_name(notes):
    with serve(notes) as served:
        record = served.record("scheduled function failed", handler="fails")
        assert record["level"] == "error"
        assert record["code"] == "TOMO_EPROTOCOL"
        assert record["error"] == "by 0 0 1 1 * 2099"
        assert record["interval"] == "0 0 1 1 * 2099"


def test_a_row_that_never_runs_is_warned_of(notes):
    with serve(notes) as served:
        record = served.record("never runs")
        assert record["level"] == "warning"
        assert record["interval"] == "2001-09-09 01:46:40"
        # One that runs when it is opened, at least, is not.
        notes.wait("beat", 1)
        assert len(served.find("never runs")) == 1


def test_a_stop_waits_for_a_run(notes):
    with serve(notes, "http.termination_grace_period_seconds=10") as served:
        notes.wait("began", 1)
        served.terminate()
        # The crowd would stay for the whole of the grace period.
        notes.wait("ended", 1)


def test_accessors_know_their_kind_of_call(notes):
    with serve(notes) as served, Wire(served.port) as wire:
        assert wire.get("/wrong").body == b"0 null\n"
        assert served.record("function of another kind of call used",
                             function="tomo_schedule_time")


# ---- a clock that is set ----

class Clock:
    """The wall clock of the processes that its environment is given to."""

    def __init__(self, path):
        self.file = open(path, "w+b", buffering=0)
        self.environment = {"LD_PRELOAD": service("set_clock"),
                            "SET_CLOCK": str(path)}
        self.set(0)

    def set(self, ahead):
        self.file.seek(0)
        self.file.write(ahead.to_bytes(8, sys.byteorder, signed=True))


@pytest.mark.skipif(bool(SAN), reason="a sanitizer wants to be loaded first")
def test_a_clock_that_is_set_is_noticed_within_a_second(notes, tmp_path):
    clock = Clock(tmp_path / "clock")
    until(lambda: time.time() % 3600 < 3590, "no hour is about to turn")
    with Served("schedule", env=environment(SCHEDULE_FILE=str(notes.path),
                                            **clock.environment)) as served:
        notes.wait("beat", 2)
        now = int(time.time())
        next_hour = now // 3600 * 3600 + 3600
        # To half past, three hours on or two.
        ahead = now // 3600 * 3600 + 3 * 3600 + 1800 - now
        for by in (ahead, -ahead):
            clock.set(max(by, 0))
            begun = time.monotonic()
            until(lambda by=by: [
                record for record in served.find("clock was set")
                if abs(record["by_ms"] - 1000 * by) < 500], "it is noticed")
            assert time.monotonic() - begun < 1
            # Seconds pass whatever the clock shows.
            count = len(notes.of("beat"))
            notes.wait("beat", count + 3)
        missed, = served.find("run missed")
        assert (missed["handler"], missed["due"]) == ("hourly", next_hour)
        assert missed["reason"] == "the clock was set past it"
        assert [due for _, due, _ in notes.of("caught_up")] == [next_hour]
        assert notes.of("hourly") == []
        steps = [later[1] - sooner[1] for sooner, later in
                 zip(notes.of("beat"), notes.of("beat")[1:])]
        assert sorted(steps)[1:-1] == [1] * (len(steps) - 2), steps


# ---- workers and generations ----

def test_of_several_workers_one_runs_a_row_unless_each_is_to(notes):
    with Runner(service("schedule"), args=[
            "--production", "--workers", "3", *arguments([])],
            env=environment(SCHEDULE_FILE=str(notes.path))):
        runs = notes.wait("beat", 4)
        assert consecutive(runs), runs
        assert len({pid for pid, _, _ in runs}) == 1
        each = notes.wait("each", 9)
        assert len({pid for pid, _, _ in each}) == 3
        assert len(notes.of("at_once")) == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_reloads_neither_lose_nor_double_a_run(notes, workers):
    """The instant of each reload falls about the turn of a second."""
    reloads = 12
    with Runner(service("schedule"), args=[
            "--production", "--workers", str(workers), *arguments([])],
            env=environment(SCHEDULE_FILE=str(notes.path))) as served:
        notes.wait("beat", 1)
        for number in range(1, reloads + 1):
            # The instant comes 200 ms after the new worker is ready.
            moment = 0.68 + 0.02 * number
            until(lambda: 0 <= time.time() % 1 - moment < 0.02, "its moment")
            served.kill(signal.SIGHUP)
            served.record("reloaded", number)
            notes.wait("at_once", number + 1)
        count = len(notes.of("beat"))
        runs = notes.wait("beat", count + 2)
        assert consecutive(runs), irregular(runs)
        assert len({pid for pid, _, _ in runs}) > reloads / 2
        assert all(began - due < max(LATE, 0.25) for _, due, began in runs)
        # In each worker, where it is to be; the first and last may lack one.
        times = sorted(due for _, due, _ in notes.of("each"))
        counts = [times.count(due) for due in range(times[0], times[-1] + 1)]
        assert counts[1:-1] == [workers] * (len(counts) - 2), counts


def test_a_reload_doubles_no_run_while_a_handler_holds_the_loop(notes):
    """The old worker reads of the reload after the instant."""
    with Runner(service("schedule_busy"), args=["--production"],
                env=environment(SCHEDULE_FILE=str(notes.path),
                                SCHEDULE_HOLD="2.2")) as served:
        for number in range(1, 3):
            count = len(notes.of("busy"))
            until(lambda: any(due % 4 == 0 for _, due, _ in
                              notes.of("busy")[count:]), "a busy second")
            served.kill(signal.SIGHUP)
            served.record("reloaded", number)
        assert served.record("reload noticed late")["by_ms"] > 0
        count = len(notes.of("busy"))
        runs = notes.wait("busy", count + 2)
        times = [due for _, due, _ in runs]
        assert len(times) == len(set(times)), irregular(runs)
        assert len({pid for pid, _, _ in runs}) > 1


# ---- many ----

def test_ten_thousand_heartbeats_are_in_time_and_cheap():
    def cpu_s(pid):
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    with Served("many_rows", ALIVE) as served, Wire(served.port) as wire:
        def look():
            return wire.get("/").body.split()

        worker, = served.workers()
        begun, used = time.monotonic(), cpu_s(worker)
        until(lambda: int(look()[0]) >= 80000, "80000 runs")
        elapsed, used = time.monotonic() - begun, cpu_s(worker) - used
        count, mean, *latest = (float(word) for word in look())
        print(f"\n{count:.0f} runs, {mean * 1000:.1f} ms late on average, "
              f"{used / elapsed:.1%} of a core; the latest of each second: "
              f"{[round(late * 1000, 1) for late in latest]} ms")
        # None was missed in a second, and a busy machine is not all of them.
        assert count == 10000 * len(latest)
        assert statistics.median(latest) < LATE
        assert drift(latest) < LATE / 10
        # Our own looks are in it.
        assert used / elapsed < 0.5


# ---- words ----

def forecasts(name):
    """The times that check prints, by function; each list with its row."""
    result = run("check", sample(name))
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    return [(lines[i - 1], line.strip()) for i, line in enumerate(lines)
            if line.strip().startswith("next ")]


def test_check_prints_the_next_three_times_of_each_row():
    now = datetime.datetime.now(datetime.timezone.utc)
    rows = forecasts("clock")
    assert len(rows) == 4
    for row, line in rows:
        times = [datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z")
                 for text in line.removeprefix("next ").split(", ")]
        assert len(times) == 3
        assert now - datetime.timedelta(seconds=5) < times[0] < times[1] < times[2]
        if "Stockholm" in row:
            zone = zoneinfo.ZoneInfo("Europe/Stockholm")
            for at in times:
                there = at.astimezone(zone)
                assert at.utcoffset() == there.utcoffset()
                assert (there.hour, there.minute, there.second) == (9, 0, 0)
                assert there.weekday() < 5


def test_the_clock_tells_its_beats():
    with Served("clock", ALIVE, files=[sample("clock")]) as clock, \
            Wire(clock.port) as wire:
        until(lambda: int(wire.get("/").body.split()[0]) >= 2, "two beats")
        text = wire.get("/").body.decode()
        last = int(re.search(r"last beat (\d+)", text).group(1))
        assert abs(time.time() - last) < 2
        assert clock.stop() == 0


def test_a_crash_names_the_row():
    with Runner(service("schedule_crash"), args=["--production"]) as runner:
        record = runner.record("worker crashed")
        assert (record["handler"], record["handling"]) == \
            ("die", "every second")
