"""Crash reports: what a crashed worker was at, frame by frame."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from runner import ROOT, Runner, environment, run, service, until

CRASHING = service("crashing")
SOURCE = os.path.join(ROOT, "test", "services", "crashing.c")
SHOWN = "test/services/crashing.c"


def line_of(mark):
    """Where the fixture has this comment: "crashing.c:22"."""
    with open(SOURCE, encoding="utf-8") as source:
        for number, line in enumerate(source, 1):
            if f"/* {mark} */" in line:
                return f"{SHOWN}:{number}"
    raise AssertionError(mark)


def crash(runner, path):
    """Has it crash; returns the record."""
    assert runner.get(path)[0] is None
    return runner.record("worker crashed")


def start(path=CRASHING, **more):
    return Runner(path, cwd=ROOT, **more)


@pytest.mark.parametrize("name, handler, frames, rest", [
    ("nested", "get_order", ["find_order", "get_order"],
     {"reason": "SIGSEGV", "address": "0x0", "cause": "null pointer"}),
    ("inlined", "put_order", ["store", "put_order"], {"reason": "SIGSEGV"}),
    ("abort", "aborts", ["aborts"], {"reason": "SIGABRT"}),
    ("divide", "divides", ["divides"],
     {"reason": "SIGFPE", "cause": "integer division by zero"}),
    ("constant", "writes_constant", ["writes_constant"],
     {"reason": "SIGSEGV", "cause": "no access"}),
    ("call", "calls_nothing", ["calls_nothing"],
     {"reason": "SIGSEGV", "cause": "null pointer"}),
])
def test_a_report_names_signal_handler_request_and_lines(name, handler, frames, rest):
    with start() as runner:
        record = crash(runner, f"/{name}?x=1")
        assert record["handler"] == handler
        assert record["handling"] == f"GET /{name}?x=1"
        assert record["service"] == "crashing"
        assert {k: record[k] for k in rest} == rest
        own = [line for line in record["frames"].split("\n") if SHOWN in line]
        assert [line.split()[0] for line in own] == frames
        assert own[0].split()[1] == line_of(f"crash: {name}")
        assert runner.stop() == 0


def test_an_inlined_function_is_shown_where_it_was_called():
    with start() as runner:
        frames = crash(runner, "/inlined")["frames"].split("\n")
        assert frames[1].split() == ["put_order", line_of("calls: inlined")]
        assert runner.stop() == 0


def test_a_stack_overflow_is_called_so_and_its_frames_are_counted():
    with start() as runner:
        record = crash(runner, "/overflow")
        assert record["cause"] == "stack overflow"
        assert record["handling"] == "GET /overflow"
        assert SHOWN in record["frames"]
        assert re.search(r"\(\d+ times\)", record["frames"])
        assert runner.stop() == 0


def test_an_overflow_of_a_library_names_the_line_that_called_it():
    with start() as runner:
        record = crash(runner, "/library")
        assert record["cause"] == "stack overflow"
        frames = record["frames"].split("\n")
        assert frames[-1].split() == ["overflows_library", line_of("calls: library")]
        assert any(re.fullmatch(r"\.\.\. \d+ frames \.\.\.", f) for f in frames)
        assert runner.stop() == 0


@pytest.mark.parametrize("way", ["file", "memory"])
def test_another_mapping_in_memory_is_not_the_service(way):
    env = environment(TMPDIR="/nowhere") if way == "memory" else None
    with start(env=env) as runner:
        frames = crash(runner, "/made")["frames"].split("\n")
        assert re.search(r"  memfd:made \(deleted\)\+0x0$", frames[0]), frames
        assert runner.stop() == 0


def test_an_assert_gives_its_text():
    with start() as runner:
        record = crash(runner, "/assert")
        assert "Assertion `zero == 1' failed." in record["abort_message"]
        assert line_of("crash: assert") in record["frames"]
        assert runner.stop() == 0


@pytest.mark.parametrize("name, what", [
    ("offload", "a function given to tomo_offload()"),
    ("thread", "a thread of the service"),
    ("task", "spawns"),
])
def test_a_crash_beside_the_handlers_says_where_it_was(name, what):
    with start() as runner:
        record = crash(runner, f"/{name}")
        assert record["handler"] == what
        assert "handling" not in record
        assert line_of(f"crash: {name}") in record["frames"].split("\n")[0]
        assert runner.stop() == 0


@pytest.mark.parametrize("path", ["handler/boom/0", "thread/boom/0"])
def test_an_uncaught_exception_is_named(path):
    with start(service("throwing"), env=environment(leaks=False)) as runner:
        record = crash(runner, "/escapes/" + path)
        assert record["exception"] == "std::runtime_error"
        assert "test/services/throwing.cc:" in record["frames"]
        assert runner.stop() == 0


def test_the_stand_in_says_the_same_until_a_change():
    with start() as runner:
        port = runner.port
        crash(runner, "/nested?x=1")
        assert runner.get("/well", port) == (
            503, f"crashing crashed: SIGSEGV in get_order at "
            f"{line_of('crash: nested')}, handling GET /nested?x=1; "
            "waiting for a change\n")
        runner.kill(signal.SIGHUP)
        runner.record("reloaded")
        # The stand-in may still take what came before it was told to stop.
        until(lambda: runner.get("/well", port) == (200, "well"), "the change")
        assert runner.stop() == 0


def test_in_production_the_report_says_when_it_restarts():
    with start(args=["--production", "--option", "http.port=0"]) as runner:
        port = runner.port
        record = crash(runner, "/nested")
        assert record["next"] == "restart in 100 ms"
        assert line_of("crash: nested") in record["frames"]
        assert runner.get("/well", port) == (200, "well")
        assert runner.stop() == 0


@pytest.mark.parametrize("at", ["load", "init"])
def test_a_first_start_that_crashes_gives_a_report_and_its_line(at):
    done = run("run", CRASHING, "--option", "http.port=0", cwd=ROOT,
               env=environment(leaks=False, CRASH_AT=at))
    lines = done.stderr.splitlines()
    assert done.returncode == 1
    assert lines[0].startswith("crashing.so crashed: SIGSEGV at address 0x0 "
                               "(null pointer)")
    assert lines[1].split() == ["#0", at, line_of(f"crash: {at}")]
    assert lines[-1].startswith("tomodachi: crashing.so: crashed while it ")


def test_a_candidate_that_crashes_gives_a_report_and_changes_nothing(tmp_path):
    path = tmp_path / "changing.so"
    shutil.copy(service("crash"), path)
    with start(str(path)) as runner:
        old = path.read_bytes()
        (tmp_path / "new").write_bytes(old.replace(b"version-1", b"bad-init!"))
        os.rename(tmp_path / "new", path)
        runner.kill(signal.SIGHUP)
        assert runner.record("reload failed")
        record = runner.record("worker crashed")
        assert record["handler"] == "init"
        assert "test/services/crash.c:" in record["frames"]
        assert runner.get("/version") == (200, "version-1")
        assert runner.stop() == 0


def test_a_stripped_service_gives_offsets(tmp_path):
    path = tmp_path / "stripped.so"
    subprocess.run(["strip", "-o", str(path), CRASHING], check=True)
    with start(str(path)) as runner:
        frames = crash(runner, "/nested")["frames"].split("\n")
        assert all(re.fullmatch(r"\S+  stripped\.so\+0x[0-9a-f]+", frame)
                   for frame in frames[:2]), frames
        assert runner.stop() == 0


def origin(tmp_path):
    """The fixture as one that finds libraries beside itself."""
    path = tmp_path / "beside.so"
    subprocess.run(["gcc", "-g", "-Iabi", "-fPIC", "-shared", "-o", str(path),
                    SHOWN, "-Wl,-rpath,$ORIGIN/lib"], check=True, cwd=ROOT)
    return str(path)


@pytest.mark.parametrize("way", ["memory", "beside"])
def test_lines_are_found_wherever_the_copy_lies(tmp_path, way):
    path = CRASHING if way == "memory" else origin(tmp_path)
    env = environment(TMPDIR="/nowhere")
    with start(path, env=env) as runner:
        record = crash(runner, "/nested")
        assert line_of("crash: nested") in record["frames"]
        assert runner.stop() == 0


def test_offsets_are_given_when_naming_takes_too_long(tmp_path):
    path, debug = origin(tmp_path), str(tmp_path / "beside.debug")
    subprocess.run(["objcopy", "--only-keep-debug", path, debug], check=True)
    subprocess.run(["objcopy", "--strip-debug", "--remove-section=.note.gnu.build-id",
                    "--add-gnu-debuglink=" + debug, path], check=True)
    # Who opens it waits for a writer.
    os.remove(debug)
    os.mkfifo(debug)
    with start(path) as runner:
        frames = crash(runner, "/nested")["frames"].split("\n")
        assert all(re.fullmatch(r"\?\?  beside\.so\+0x[0-9a-f]+", frame)
                   for frame in frames[:2]), frames
        until(lambda: len(runner.workers()) == 1, "the naming child's end")
        assert runner.stop() == 0


def test_a_person_reads_a_block_of_lines():
    args = ["--logger", "console", "--option", "http.port=0"]
    with start(args=args, wait=False) as runner:
        def match(pattern):
            return next(filter(None, (re.search(pattern, line)
                                      for line in list(runner.lines))), None)
        port = until(lambda: match(r"listening .* port=(\d+)"), "listening")
        until(lambda: match("service started"), "the start")
        assert runner.get("/nested?a=%1b", int(port.group(1)))[0] is None
        until(lambda: match("    next: "), "the end of the report")
        at = next(i for i, line in enumerate(runner.lines) if " crashed: " in line)
        assert runner.lines[at:at + 4] == [
            "crashing crashed: SIGSEGV at address 0x0 (null pointer) in "
            "get_order, handling GET /nested?a=%1b",
            f"    #0  find_order  {line_of('crash: nested')}",
            f"    #1  get_order   {line_of('calls: nested')}",
            "    next: stand-in until the next change",
        ]
        assert runner.stop() == 0


def test_a_child_that_the_service_forked_is_not_reported():
    with start() as runner:
        assert runner.get("/fork") == (200, "SIGSEGV")
        assert runner.find("worker crashed") == []
        assert runner.get("/well") == (200, "well")
        assert runner.stop() == 0


def test_a_service_that_handles_the_signal_itself_is_reported_by_its_status():
    with start() as runner:
        record = crash(runner, "/silent")
        assert record["reason"] == "SIGSEGV"
        assert "frames" not in record
        assert runner.stop() == 0


def test_no_process_is_left_behind():
    with start() as runner:
        port = runner.port
        crash(runner, "/nested")
        assert runner.get("/well", port)[0] == 503
        until(lambda: len(runner.workers()) == 1, "one worker only")
        assert runner.stop() == 0
