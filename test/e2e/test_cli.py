"""What the commands print, and where options and logs come from."""

import json
import os
import pty
import re
import signal
import socket
import subprocess

import pytest

from runner import BINARY, BUILD, Runner, environment, run, service, until
from wire import Wire

ORDERS = os.path.join(BUILD, "sample_services", "orders.so")
ROUTES = service("routes")


def test_check_prints_a_services_rows_without_starting_it():
    done = run("check", ORDERS)
    assert (done.returncode, done.stderr) == (0, "")
    first, *rows = done.stdout.splitlines()
    assert first == f'{ORDERS}: service "orders", 3 rows'
    assert [row.split() for row in rows] == [
        ["TOMO_HTTP", "GET", "/orders/{id}", "get_order"],
        ["TOMO_HTTP", "POST", "/orders", "create_order"],
        ["TOMO_HTTP_ERROR", "status", "404", "not_found"]]


def test_options_shows_what_a_service_sets_and_who_overrides_it(tmp_path):
    config = tmp_path / "orders.json"
    config.write_text('{"http": {"keepalive_timeout": 3}, "http.port": 1}')
    done = run("options", "--json", "--config", str(config),
               "--option", "http.port=3", ORDERS,
               env=environment(TOMODACHI_HTTP_PORT="2",
                               TOMODACHI_HTTP_HOST="::1"))
    rows = {row["key"]: row for row in json.loads(done.stdout)}
    assert rows["http.port"]["value"] == 3
    assert rows["http.host"]["value"] == "::1"
    assert rows["http.keepalive_timeout"]["value"] == 3
    assert rows["http.client_max_size"]["value"] == 65536
    assert rows["http.client_max_size"]["origin"] == "descriptor"
    assert rows["http.backlog"]["origin"] == "default"


def test_options_of_a_bad_service_is_one_line():
    done = run("options", service("no_name"))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("args, env, line", [
    (["--option", "http.port=65536"], {},
     'http.port: want 0 to 65535, got "65536" (from --option)'),
    ([], {"TOMODACHI_HTTP_PORT": "x"},
     'http.port: want 0 to 65535, got "x" (from TOMODACHI_HTTP_PORT)'),
    (["--option", "http.prt=1"], {},
     "http.prt: no such option, nearest is http.port (from --option)"),
    (["--config", "/no/such.json"], {},
     "/no/such.json: cannot read: No such file or directory"),
])
def test_a_bad_option_is_one_line_and_exit_code_2(args, env, line):
    done = run("run", ROUTES, *args, env=environment(**env))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"tomodachi: {line}"]


def test_an_unknown_variable_is_only_a_warning():
    with Runner(ROUTES, env=environment(TOMODACHI_HTTP_PRT="1")) as runner:
        record = runner.record("unknown environment variable")
        assert record["level"] == "warning"
        assert record["variable"] == "TOMODACHI_HTTP_PRT"
        assert runner.stop() == 0


def start(*args, env=None, stderr=subprocess.PIPE):
    return subprocess.Popen(
        [BINARY, "run", ROUTES, "--option", "http.port=0", *args],
        env=env or environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=stderr, text=True)


def said(process, until):
    """Standard error up to a line that matches; then stops the process."""
    lines = []
    for line in process.stderr:
        lines.append(line.rstrip("\n"))
        if re.search(until, line):
            break
    process.send_signal(signal.SIGTERM)
    process.communicate()
    return lines


@pytest.mark.parametrize("args, env, pattern", [
    (["--logger", "console"], {},
     r"^\S+Z \[info +\] listening +\[tomodachi\.http\] service=routes "),
    (["--logger", "logfmt"], {},
     r'^timestamp=\S+Z level=info logger=tomodachi\.http message="listening" '),
    ([], {"TOMODACHI_LOGGER": "json"},
     r'^\{"timestamp": ?"\S+Z", ?"logger": ?"tomodachi\.http", ?'
     r'"level": ?"info", ?"message": ?"listening"'),
])
def test_records_are_written_in_the_format_asked_for(args, env, pattern):
    process = start(*args, env=environment(**env))
    lines = said(process, "listening")
    assert re.search(pattern, lines[-1]), lines


@pytest.mark.parametrize("args", [["--logger", "disabled"],
                                  ["--log-level", "error"]])
def test_records_that_nobody_wants_are_not_written(args):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start("--production", *args, "--option", f"http.port={port}",
                    "--option", "http.access_log=false")
    until(lambda: answers(port), "the first answer")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")


def answers(port):
    try:
        with Wire(port) as wire:
            return wire.get("/text").status == 200
    except ConnectionRefusedError:
        return False


def test_the_banner_shows_in_development_only():
    assert any("routes.so" in line and "services" in line
               for line in said(start(), r"process +\d+"))
    assert not any("services" in line
                   for line in said(start("--production"), "service started"))


@pytest.mark.parametrize("no_color, coloured", [("", True), ("1", False)])
def test_colour_is_for_terminals_without_no_color(no_color, coloured):
    main, side = pty.openpty()
    process = start("--logger", "console", stderr=side,
                    env=environment(NO_COLOR=no_color, TERM="xterm"))
    os.close(side)
    seen = b""
    while b"service started" not in seen:
        seen += os.read(main, 4096)
    process.send_signal(signal.SIGTERM)
    process.stdout.close()
    process.wait()
    os.close(main)
    assert (b"\x1b[" in seen) == coloured
