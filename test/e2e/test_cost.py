"""
What a request or a message costs, in instructions and system calls: the same on
a busy machine as on a quiet one.

A number that grew is a finding: look for what brought it (callgrind_annotate),
and take it out or, for a good reason, record the new one.
"""

import os
import re

import pytest

from runner import SAN, Runner, environment, service
from wire import Wire
from ws_wire import BINARY, Socket, frame

pytestmark = pytest.mark.skipif(bool(SAN), reason="sanitizers cost more")

WARM, MEASURED = 200, 1000

MESSAGE = bytes(range(64))


def get(port, path, count):
    with Wire(port, timeout=60) as wire:
        for _ in range(count):
            assert wire.get(path).status == 200


def echo(port, path, count):
    with Socket(port, path, timeout=60) as peer:
        for _ in range(count):
            peer.send(frame(BINARY, MESSAGE))
            assert peer.next() == (BINARY, MESSAGE)


# Instructions of a worker for one keep-alive request, or for one echo of a
# message of 64 bytes that comes alone; in user space.
RECORDED = {
    "hello": (get, "cost", "/", "false", 4560),
    "json": (get, "cost", "/json", "false", 27940),
    "regex": (get, "cost", "/orders/17", "false", 5215),
    "access log": (get, "cost", "/", "true", 7620),
    "websocket": (echo, "ws_echo", "/echo", "false", 2070),
}
# Of other patch levels of the libraries.
TOLERANCE = 0.03

# Memory and text functions that any x86-64 has: the number must not depend on
# the processor.
PLAIN = "glibc.cpu.hwcaps=" + ",".join(
    f"-{feature}" for feature in (
        "AVX", "AVX2", "AVX512F", "AVX512VL", "AVX512BW", "ERMS", "FSRM",
        "BMI1", "BMI2", "LZCNT", "MOVBE", "RTM", "SSE4_1", "SSE4_2", "SSSE3",
        "AVX_Fast_Unaligned_Load", "Prefer_No_VZEROUPPER", "XSAVEC"))


def asked(prefix, row, count):
    """The worker's end, after count requests on one connection."""
    ask, name, path, access_log, _ = row
    with Runner(service(name), args=[
            "--no-supervisor", "--option", "http.port=0",
            "--option", "http.keepalive_timeout=60",
            "--option", f"http.access_log={access_log}"],
            prefix=prefix, env=environment(GLIBC_TUNABLES=PLAIN)) as runner:
        ask(runner.port, path, count)
        assert runner.stop() == 0, runner.lines


def instructions(folder, row, count):
    file = os.path.join(folder, f"callgrind.{count}")
    asked(("valgrind", "-q", "--tool=callgrind",
           f"--callgrind-out-file={file}"), row, count)
    with open(file) as profile:
        return int(re.search(r"^totals: (\d+)", profile.read(), re.M)[1])


@pytest.mark.parametrize("name", RECORDED)
def test_a_request_takes_no_more_instructions_than_recorded(name, tmp_path):
    row, recorded = RECORDED[name], RECORDED[name][-1]
    few, many = (instructions(tmp_path, row, count)
                 for count in (WARM, WARM + MEASURED))
    spent = (many - few) / MEASURED
    assert spent <= recorded * (1 + TOLERANCE), (name, spent)
    assert spent >= recorded * (1 - TOLERANCE), \
        f"{name} got cheaper: record {spent:.0f}"


# Of the loop's thread: the watchdog's wakes by the clock, not by requests.
@pytest.mark.parametrize("name", ["hello", "websocket"])
def test_a_request_takes_three_system_calls(name, tmp_path):
    trace = tmp_path / "trace"
    calls = []
    for count in (WARM, WARM + MEASURED):
        asked(("strace", "-D", "-qq", "-o", trace), RECORDED[name], count)
        calls.append(len(trace.read_text().splitlines()))
    assert round((calls[1] - calls[0]) / MEASURED, 1) == 3.0
