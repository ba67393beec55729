"""Processes: starts, ends, crashes, restarts, reloads, signals."""

import http.client
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from generations import CRASH, generation
from runner import BINARY, Runner, environment, is_alive, run, service, until
from wire import Wire

# A record of what went well may come before the line about what did not.
QUIET = ["--log-level", "warning"]


@pytest.fixture
def built(tmp_path):
    path = tmp_path / "crash.so"
    generation(path, "version-1")
    return path


def in_background(runner, path):
    """Sends a request, which the worker will find, and waits in a thread."""
    connection = http.client.HTTPConnection("127.0.0.1", runner.port, timeout=60)
    connection.request("GET", path, headers={"Connection": "close"})
    result = []

    def wait():
        try:
            response = connection.getresponse()
            result.append((response.status, response.read().decode()))
        except (OSError, http.client.HTTPException) as error:
            result.append((None, error))
        finally:
            connection.close()
    thread = threading.Thread(target=wait)
    thread.start()
    return thread, result


def settled(runner, port, text):
    """
    Waits until only that generation answers: for a moment after a reload the
    older one still takes connections, until it has read that it shall not.
    """
    def only_that():
        return all(runner.get("/version", port) == (200, text)
                   for _ in range(10))
    until(only_that, text)


# ---- stops ----

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_stops_it_cleanly(number):
    with Runner(CRASH) as runner:
        worker, = runner.workers()
        assert runner.get("/version") == (200, "version-1")
        assert runner.stop(number) == 0
        assert not is_alive(worker)
        assert runner.get("/version", runner.port)[0] is None


@pytest.mark.parametrize("mode", [[], ["--no-supervisor"]])
def test_blocked_signals_are_not_inherited(mode):
    with Runner(CRASH, args=["--option", "http.port=0", *mode],
                preexec_fn=lambda: signal.pthread_sigmask(
                    signal.SIG_BLOCK, signal.valid_signals())) as runner:
        assert runner.stop() == 0


def test_a_stop_lets_a_request_finish():
    with Runner(CRASH) as runner:
        thread, result = in_background(runner, "/sleep/300")
        assert runner.stop() == 0
        thread.join()
        assert result == [(200, "slept")]


def test_a_second_sigint_ends_it_at_once():
    with Runner(CRASH) as runner:
        worker, = runner.workers()
        thread, _ = in_background(runner, "/sleep/3600000")
        runner.kill(signal.SIGINT)
        runner.record("stopping")
        assert runner.stop(signal.SIGINT) == 130
        thread.join()
        until(lambda: not is_alive(worker), "the worker's end")


def test_a_second_sigterm_changes_nothing():
    with Runner(CRASH) as runner:
        thread, result = in_background(runner, "/sleep/500")
        runner.kill(signal.SIGTERM)
        runner.record("stopping")
        assert runner.stop() == 0
        thread.join()
        assert result == [(200, "slept")]


def test_a_worker_that_does_not_stop_is_killed():
    with Runner(CRASH, args=["--option", "http.port=0", "--option",
                             "http.termination_grace_period_seconds=0"]) as runner:
        thread, _ = in_background(runner, "/hang")
        # Without grace a stop closes what is not being handled yet.
        runner.record("hanging")
        assert runner.stop() == 137
        thread.join()
        assert runner.find("worker killed")


@pytest.mark.parametrize("loading", [True, False])
def test_a_sigterm_to_the_whole_group_is_one_stop(loading):
    for _ in range(5):
        with Runner(CRASH, args=["--workers", "2", "--option", "http.port=0",
                                 "--log-level", "debug"],
                    wait=not loading, start_new_session=True) as runner:
            runner.record("slot state", 2, to="starting")
            os.killpg(runner.pid, signal.SIGTERM)
            assert runner.wait() == 0
            assert runner.lines == []
            assert len(runner.find("slot state", to="starting")) == 2


def test_the_end_of_a_terminal_is_a_stop():
    ours, theirs = pty.openpty()

    def own_terminal():
        # "nohup make test" would be inherited.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.close(os.open(os.ttyname(theirs), os.O_RDWR))
    with Runner(CRASH, start_new_session=True,
                preexec_fn=own_terminal) as runner:
        os.close(theirs)
        os.close(ours)
        assert runner.wait() == 0
        assert runner.record("stopping")["signal"] == "SIGHUP"


def test_nothing_is_left_behind(tmp_path):
    with Runner(CRASH, env=environment(TMPDIR=str(tmp_path))) as runner:
        folder, = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert len(list(folder.iterdir())) == 1
        assert runner.stop() == 0
    assert list(tmp_path.iterdir()) == []


def test_strays_are_removed_at_the_next_start(tmp_path):
    env = environment(TMPDIR=str(tmp_path))
    with Runner(CRASH, env=env) as runner:
        worker, = runner.workers()
        runner.kill(signal.SIGKILL)
        runner.wait()
        until(lambda: not is_alive(worker), "the worker's end")
    assert len(list(tmp_path.iterdir())) == 1
    with Runner(CRASH, env=env) as runner:
        assert len(list(tmp_path.iterdir())) == 1
        assert runner.stop() == 0
    assert list(tmp_path.iterdir()) == []


def maps(runner):
    worker, = runner.workers()
    with open(f"/proc/{worker}/maps") as found:
        return found.read()


def test_without_a_temporary_folder_the_copy_is_in_memory():
    with Runner(CRASH, env=environment(TMPDIR="/nowhere")) as runner:
        assert "/memfd:crash.so" in maps(runner)
        assert runner.get("/version")[0] == 200
        assert runner.stop() == 0


def test_a_file_that_uses_origin_is_copied_beside_itself(tmp_path):
    path = tmp_path / "origin.so"
    shutil.copy(service("origin"), path)
    with Runner(str(path)) as runner:
        copy = tmp_path / f".origin.so.{runner.pid}.1"
        assert str(copy) in maps(runner)
        assert runner.stop() == 0
        assert list(tmp_path.iterdir()) == [path]


# ---- exit codes ----

def test_tomo_exit_gives_the_exit_code():
    with Runner(CRASH) as runner:
        assert runner.get("/stop/7") == (200, "stopping")
        assert runner.wait() == 7
        assert runner.record("service exits", service="crash")["code"] == 7


def test_tomo_exit_stops_all_workers_of_the_service():
    with Runner(CRASH, args=["--workers", "3", "--option", "http.port=0"]) as runner:
        runner.record("listening", 3)
        assert runner.get("/stop/0")[0] == 200
        assert runner.wait() == 0


def test_a_crash_during_a_stop_gives_the_exit_code():
    with Runner(CRASH) as runner:
        worker, = runner.workers()
        thread, _ = in_background(runner, "/sleep/3600000")
        runner.kill(signal.SIGTERM)
        runner.record("stopping")
        os.kill(worker, signal.SIGSEGV)
        assert runner.wait() == 139
        thread.join()


def without_report(text):
    """What a start that fails says, but for the report of a crash."""
    return re.sub(r"^\S+ crashed: .*\n(    .*\n)*", "", text)


@pytest.mark.parametrize("args, line", [
    (["/nowhere/a.so"], "a.so: no such file"),
    ([service("no_name")], r"no_name.so: .*\.name"),
    ([service("crashing_constructor")],
     r"crashing_constructor.so: crashed while it was loaded \(SIG\w+ in a constructor\)"),
    ([CRASH], "crash: hook start failed: no database.*"),
    ([CRASH, CRASH], ".*given twice"),
])
def test_a_start_that_fails_says_one_line(args, line):
    done = run("run", *args, *QUIET, "--option", "http.port=0",
               env=environment(CRASH_AT="bad-start"))
    said = without_report(done.stderr)
    assert re.fullmatch(f"tomodachi: {line}.*\n", said), done.stderr
    assert done.stdout == ""
    assert done.returncode == (2 if "twice" in line else 1)


@pytest.mark.parametrize("at, line", [
    ("bad-loads", r"crashed while it was loaded \(SIGSEGV in a constructor\)"),
    ("bad-init!", r"crashed while it started \(SIGSEGV\)"),
    ("bad-exit!", r"ended while it started \(exit code 4\)"),
    ("bad-sleep", r"not ready within 1 s \(runtime.start_timeout\)"),
])
@pytest.mark.parametrize("mode", [[], ["--production"]])
def test_a_first_start_that_crashes_ends_the_run(at, line, mode):
    done = run("run", CRASH, *QUIET, "--option", "http.port=0", "--option",
               "runtime.start_timeout=1" if at == "bad-sleep" else
               "runtime.start_timeout=60", *mode, env=environment(leaks=False, CRASH_AT=at))
    said = without_report(done.stderr)
    assert re.fullmatch(f"tomodachi: crash.so: {line}\n", said), done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("mode", [[], ["--no-supervisor"]])
@pytest.mark.parametrize("args", [
    ["--option", "http.prot=1"],
    ["--config", "/nowhere.json"],
    ["--logger", "xml"],
    ["--workers", "0"],
    ["--frobnicate"],
])
def test_bad_options_are_refused_before_anything_starts(args, mode):
    done = run("run", CRASH, *args, *mode)
    assert done.returncode == 2
    assert re.match(r"tomodachi[ a-z]*: .+\n", done.stderr)


@pytest.mark.parametrize("mode", [[], ["--no-supervisor"]])
def test_a_port_in_use_is_named(mode):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("run", CRASH, "--option", f"http.port={port}", "--option",
                   "http.host=127.0.0.1", *mode)
    assert done.returncode == 1
    assert re.fullmatch(f"tomodachi: .*cannot listen on 127.0.0.1 port {port}: "
                        "Address already in use\n", done.stderr), done.stderr


# ---- crashes and restarts ----

def test_a_killed_worker_is_replaced_and_no_connection_lost():
    with Runner(CRASH) as runner:
        for count in range(1, 3):
            worker, = runner.workers()
            os.kill(worker, signal.SIGKILL)
            until(lambda: not is_alive(worker), "its end")
            status, pid = runner.get("/pid")
            assert status == 200 and int(pid) != worker
            assert runner.record("worker ended", count, reason="SIGKILL")
        assert runner.stop() == 0


def test_a_sigterm_to_a_worker_drains_and_replaces_it():
    with Runner(CRASH) as runner:
        worker, = runner.workers()
        thread, result = in_background(runner, "/sleep/1000")
        os.kill(worker, signal.SIGTERM)
        runner.record("worker stops unasked")
        # The next one answers while the old one finishes.
        until(lambda: int(runner.get("/pid")[1]) != worker, "the next one")
        assert is_alive(worker)
        thread.join()
        assert result == [(200, "slept")]
        until(lambda: not is_alive(worker), "the worker's end")
        assert runner.stop() == 0


def test_workers_end_when_the_supervisor_is_killed():
    with Runner(CRASH, args=["--workers", "2", "--option", "http.port=0"]) as runner:
        runner.record("listening", 2)
        workers = runner.workers()
        port = runner.port
        thread, result = in_background(runner, "/sleep/500")
        runner.kill(signal.SIGKILL)
        runner.process.wait()
        thread.join()
        assert result == [(200, "slept")]
        until(lambda: not any(map(is_alive, workers)), "the workers' end")
        assert runner.get("/pid", port)[0] is None


@pytest.mark.parametrize("path, why", [
    (f"/raise/{int(signal.SIGSEGV)}", "SIGSEGV"),
    (f"/raise/{int(signal.SIGABRT)}", "SIGABRT"),
    (f"/raise/{int(signal.SIGFPE)}", "SIGFPE"),
    ("/exit/3", "exit code 3"),
])
def test_a_stand_in_explains_a_crash_in_development(path, why):
    with Runner(CRASH, env=environment(leaks=False)) as runner:
        port = runner.port
        assert runner.get(path)[0] is None
        status, text = runner.get("/any/path", port)
        assert status == 503
        assert re.fullmatch(rf"crash crashed(: {why} in do_raise .*| \({why}\)); "
                            "waiting for a change\n", text), text
        assert runner.record("worker crashed", reason=why)
        assert runner.stop() == 0


def test_a_reload_replaces_a_stand_in(built):
    with Runner(str(built)) as runner:
        port = runner.port
        assert runner.get("/raise/11")[0] is None
        assert runner.get("/version", port)[0] == 503
        generation(built, "version-2")
        runner.kill(signal.SIGHUP)
        runner.record("reloaded")
        settled(runner, port, "version-2")
        assert runner.stop() == 0


def test_production_restarts_with_back_off():
    with Runner(CRASH, args=["--production", "--option", "http.port=0"]) as runner:
        port = runner.port
        for delay in [100, 200, 400]:
            assert runner.get("/raise/11", port)[0] is None
            runner.record("worker crashed", reason="SIGSEGV", service="crash",
                          next=f"restart in {delay} ms")
            # Waits in the listening socket until the next one is there.
            assert runner.get("/version", port)[0] == 200
        assert runner.stop() == 0


# ---- several services, several workers ----

def test_several_services_run_side_by_side(tmp_path):
    config = tmp_path / "a.json"
    config.write_text('{"http.port": 0}')
    with Runner(CRASH, service("routes"), args=["--config", str(config)]) as runner:
        crash, routes = runner.port_of("crash"), runner.port_of("routes")
        assert crash != routes
        assert runner.get("/version", crash)[0] == 200
        assert runner.get("/text", routes) == (200, "text")
        # One that stops by itself leaves the other alone.
        assert runner.get("/stop/5", crash)[0] == 200
        until(lambda: len(runner.workers()) == 1, "the first one's end")
        assert runner.get("/text", routes) == (200, "text")
        assert runner.stop() == 5


def test_services_do_not_share_a_port(tmp_path):
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        port = probe.getsockname()[1]
    done = run("run", CRASH, service("routes"), "--option", f"http.port={port}",
               "--logger", "disabled")
    assert done.returncode == 1
    assert re.fullmatch(f"tomodachi: .*cannot listen on 0.0.0.0 port {port}: "
                        "Address already in use\n", done.stderr)


def test_one_that_fails_its_first_start_ends_the_run():
    done = run("run", service("routes"), service("no_name"), "--option",
               "http.port=0", "--logger", "disabled")
    assert done.returncode == 1
    assert re.fullmatch(r"tomodachi: no_name.so: .*\n", done.stderr)


@pytest.mark.parametrize("reuse", ["true", "false"])
def test_workers_share_the_connections(reuse):
    with Runner(CRASH, args=["--workers", "3", "--option", "http.port=0",
                             "--option", f"http.reuse_port={reuse}"]) as runner:
        runner.record("listening", 3)
        until(lambda: len(runner.workers()) == 3, "three workers")
        assert len({r["port"] for r in runner.find("listening")}) == 1
        pids = {int(runner.get("/pid")[1]) for _ in range(60)}
        assert pids <= set(runner.workers())
        if reuse == "true":
            assert pids == set(runner.workers())
        assert runner.stop() == 0


def test_no_connection_waits_for_a_slot_without_worker():
    with Runner(CRASH, args=["--workers", "2", "--production", "--option",
                             "http.port=0", "--log-level", "debug"]) as runner:
        # So often that the back-off is longer than the requests take.
        for count in range(1, 6):
            runner.record("slot state", count + 1, to="open")
            victim = runner.find("worker state", to="open", slot=1)[-1]["pid"]
            os.kill(victim, signal.SIGSEGV)
            runner.record("worker crashed", count, slot=1)
            for _ in range(20):
                status, pid = runner.get("/pid")
                assert status == 200
        runner.record("slot state", 7, to="open")
        pids = {int(runner.get("/pid")[1]) for _ in range(60)}
        assert pids == set(runner.workers()) and len(pids) == 2
        assert runner.stop() == 0


# ---- reload on SIGHUP ----

@pytest.mark.parametrize("workers", [1, 2])
def test_sighup_loads_the_new_build(built, workers):
    with Runner(str(built), args=["--workers", str(workers), "--option",
                                  "http.port=0"]) as runner:
        runner.record("listening", workers)
        port = runner.port
        assert runner.get("/version") == (200, "version-1")
        for count in range(2, 5):
            generation(built, f"version-{count}")
            runner.kill(signal.SIGHUP)
            runner.record("reloaded", count - 1)
            settled(runner, port, f"version-{count}")
        until(lambda: len(runner.workers()) == workers, "the old ones' end")
        assert runner.stop() == 0


def test_a_request_in_flight_survives_a_reload(built):
    with Runner(str(built)) as runner:
        thread, result = in_background(runner, "/sleep/700")
        generation(built, "version-2")
        runner.kill(signal.SIGHUP)
        runner.record("reloaded")
        settled(runner, runner.port, "version-2")
        thread.join()
        assert result == [(200, "slept")]
        assert runner.stop() == 0


@pytest.mark.parametrize("version, reason", [
    ("bad-start", r"crash: hook start failed: no database .*"),
    ("bad-init!", r"crash.so: crashed while it started \(SIGSEGV\)"),
    ("bad-loads", r"crash.so: crashed while it was loaded \(SIGSEGV in a constructor\)"),
    ("bad-stop!", r"crash.so: called tomo_exit\(7\) while it started"),
    (None, r"crash.so: .*"),
])
def test_a_bad_build_never_replaces_a_good_one(built, version, reason):
    with Runner(str(built), args=["--workers", "2", "--option",
                                  "http.port=0"]) as runner:
        runner.record("listening", 2)
        if version is None:
            built.write_text("no ELF file")
        else:
            generation(built, version)
        runner.kill(signal.SIGHUP)
        record = runner.record("reload failed", service="crash")
        assert re.fullmatch(reason, record["reason"])
        assert runner.get("/version") == (200, "version-1")
        until(lambda: len(runner.workers()) == 2, "the candidates' end")
        # And the next good one does.
        generation(built, "version-3")
        runner.kill(signal.SIGHUP)
        runner.record("reloaded")
        settled(runner, runner.port, "version-3")
        assert runner.stop() == 0


@pytest.mark.parametrize("version", ["bad-slow4", "bad-slow!"])
def test_a_candidate_does_not_change_the_code_of_a_stop(built, version):
    with Runner(str(built), args=["--production", "--option",
                                  "http.port=0"]) as runner:
        generation(built, version)
        runner.kill(signal.SIGHUP)
        until(lambda: len(runner.workers()) == 2, "a candidate")
        assert runner.stop() == 0


def test_at_most_two_generations_are_alive(built):
    with Runner(str(built)) as runner:
        thread, result = in_background(runner, "/sleep/700")
        for count in 2, 3, 4:
            generation(built, f"version-{count}")
            runner.kill(signal.SIGHUP)
            # The first begins at once; the second waits for the sleeper, and
            # the third is the same as the second.
            runner.record("reloaded" if count == 2 else "reload waits")
            assert len(runner.workers()) <= 2
        thread.join()
        assert result == [(200, "slept")]
        runner.record("reloaded", 2)
        settled(runner, runner.port, "version-4")
        assert len(runner.find("reload waits")) == 1
        assert len(runner.find("reloaded")) == 2
        assert runner.stop() == 0


def test_a_further_reload_ends_an_idle_connection(built):
    with Runner(str(built), args=["--option", "http.port=0", "--option",
                                  "http.keepalive_timeout=60"]) as runner:
        idle, busy = Wire(runner.port), Wire(runner.port)
        for wire in idle, busy:
            assert wire.get("/version").body == b"version-1"
        generation(built, "version-2")
        runner.kill(signal.SIGHUP)
        runner.record("reloaded")
        settled(runner, runner.port, "version-2")
        generation(built, "version-3")
        runner.kill(signal.SIGHUP)
        runner.record("reload waits")
        # Who sends again within a second is served once more.
        answer = busy.get("/version")
        assert answer.body == b"version-1"
        assert answer.header("Connection") == "close"
        assert idle.read() is None
        runner.record("reloaded", 2)
        settled(runner, runner.port, "version-3")
        assert runner.stop() == 0


def test_no_request_fails_during_reloads(built):
    failed, done = [], threading.Event()
    with Runner(str(built), args=["--workers", "2", "--option",
                                  "http.port=0"]) as runner:
        runner.record("listening", 2)
        port = runner.port

        def ask():
            while not done.is_set():
                answer = runner.get("/pid", port)
                if answer[0] != 200:
                    failed.append(answer)
        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for count in range(1, 8):
            generation(built, f"version-{count}")
            runner.kill(signal.SIGHUP)
            runner.record("reloaded", count)
        done.set()
        for asker in askers:
            asker.join()
        assert failed == []
        assert runner.stop() == 0


def test_a_crash_restarts_the_generation_that_was_open(built):
    with Runner(str(built), args=["--production", "--option",
                                  "http.port=0"]) as runner:
        port = runner.port
        generation(built, "version-2")
        assert runner.get("/raise/11", port)[0] is None
        assert runner.get("/version", port) == (200, "version-1")
        assert runner.stop() == 0


@pytest.mark.parametrize("whole", [True, False])
def test_a_copy_that_was_removed_is_made_again(built, tmp_path, whole):
    folder = tmp_path / "tmp"
    folder.mkdir()
    with Runner(str(built), args=["--production", "--option", "http.port=0"],
                env=environment(TMPDIR=str(folder))) as runner:
        port = runner.port
        generation(built, "version-2")
        if whole:
            shutil.rmtree(folder)
        else:
            next(folder.glob("*/*")).unlink()
        for count in range(1, 3):
            assert runner.get("/raise/11", port)[0] is None
            runner.record("worker crashed", count)
            assert runner.get("/version", port) == (200, "version-1")
        assert len(runner.find(
            "the copy of the service file was removed: made again")) == 1
        assert runner.stop() == 0


# ---- without a supervisor ----

def test_without_supervisor_it_is_one_process():
    with Runner(CRASH, args=["--no-supervisor", "--option", "http.port=0"]) as runner:
        assert runner.get("/pid") == (200, str(runner.pid))
        assert runner.workers() == []
        runner.kill(signal.SIGHUP)
        runner.record("SIGHUP ignored: there is no reload without a supervisor")
        assert runner.get("/pid") == (200, str(runner.pid))
        assert runner.stop() == 0


def test_without_supervisor_exit_codes_are_its_own():
    args = ["--no-supervisor", "--option", "http.port=0"]
    with Runner(CRASH, args=args) as runner:
        assert runner.get("/stop/6")[0] == 200
        assert runner.wait() == 6
    with Runner(CRASH, args=args) as runner:
        assert runner.get("/raise/11")[0] is None
        assert runner.wait() == -signal.SIGSEGV
    with Runner(CRASH, args=args) as runner:
        thread, _ = in_background(runner, "/sleep/3600000")
        runner.kill(signal.SIGINT)
        runner.record("stopping")
        assert runner.stop(signal.SIGINT) == 130
        thread.join()


def test_without_supervisor_a_failing_start_says_one_line():
    done = run("run", CRASH, *QUIET, "--no-supervisor", "--option", "http.port=0",
               env=environment(CRASH_AT="bad-start"))
    assert re.fullmatch("tomodachi: crash: hook start failed: no database.*\n",
                        done.stderr)
    assert done.returncode == 1


# ---- process 1 ----

def can_unshare():
    return subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "true"],
                          capture_output=True).returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="no PID namespace permitted")
def test_as_process_1_it_reaps_orphans_and_stops():
    prefix = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    with Runner(CRASH, prefix=prefix) as runner:
        inside, = runner.workers()
        with open(f"/proc/{inside}/status") as status:
            assert "NSpid:\t%d\t1\n" % inside in status.read()
        assert runner.get("/orphan")[0] == 200

        def children():
            with open(f"/proc/{inside}/task/{inside}/children") as found:
                return found.read().split()
        until(lambda: len(children()) == 1, "the orphan's end")
        os.kill(inside, signal.SIGTERM)
        assert runner.wait() == 0


# ---- the command line ----

def test_without_a_command_it_shows_help():
    done = run()
    assert done.returncode == 2
    assert done.stdout == "" and "usage: tomodachi COMMAND" in done.stderr


def test_an_unknown_command_names_the_nearest():
    done = run("rnu")
    assert done.returncode == 2
    assert done.stderr == "tomodachi: no such command rnu, nearest is run\n"


@pytest.mark.parametrize("args", [["version"], ["--version"]])
def test_it_prints_its_version(args):
    done = run(*args)
    assert done.returncode == 0
    assert re.fullmatch(r"tomodachi \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("args", [["help"], ["--help"], ["-h"]])
def test_it_prints_help(args):
    done = run(*args)
    assert done.returncode == 0
    assert "run services" in done.stdout and "worker" not in done.stdout


def test_a_reader_that_has_seen_enough_is_no_crash_of_the_service():
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run([BINARY, "options", CRASH], stdout=theirs,
                          stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


def test_a_worker_is_not_started_by_hand():
    done = run("worker", "a.so", "/tmp/a.so")
    assert done.returncode == 2
    assert "only" in done.stderr
