"""
What a request costs, in instructions and system calls: the same on a busy
machine as on a quiet one.

A number that grew is a finding: look for what brought it (callgrind_annotate),
and take it out or, for a good reason, record the new one.
"""

import os
import re

import pytest

from runner import SAN, Runner, environment, service
from wire import Wire

pytestmark = pytest.mark.skipif(bool(SAN), reason="sanitizers cost more")

WARM, MEASURED = 200, 1000

# Instructions of a worker for one keep-alive request, in user space.
RECORDED = {
    "hello": ("/", "false", 4560),
    "json": ("/json", "false", 27940),
    "regex": ("/orders/17", "false", 5215),
    "access log": ("/", "true", 7620),
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


def asked(prefix, path, access_log, count):
    """The worker's end, after count requests on one connection."""
    with Runner(service("cost"), args=[
            "--no-supervisor", "--option", "http.port=0",
            "--option", "http.keepalive_timeout=60",
            "--option", f"http.access_log={access_log}"],
            prefix=prefix, env=environment(GLIBC_TUNABLES=PLAIN)) as runner:
        with Wire(runner.port, timeout=60) as wire:
            for _ in range(count):
                assert wire.get(path).status == 200
        assert runner.stop() == 0, runner.lines


def instructions(folder, path, access_log, count):
    file = os.path.join(folder, f"callgrind.{count}")
    asked(("valgrind", "-q", "--tool=callgrind",
           f"--callgrind-out-file={file}"), path, access_log, count)
    with open(file) as profile:
        return int(re.search(r"^totals: (\d+)", profile.read(), re.M)[1])


@pytest.mark.parametrize("name", RECORDED)
def test_a_request_takes_no_more_instructions_than_recorded(name, tmp_path):
    path, access_log, recorded = RECORDED[name]
    few, many = (instructions(tmp_path, path, access_log, count)
                 for count in (WARM, WARM + MEASURED))
    spent = (many - few) / MEASURED
    assert spent <= recorded * (1 + TOLERANCE), (name, spent)
    assert spent >= recorded * (1 - TOLERANCE), \
        f"{name} got cheaper: record {spent:.0f}"


# Of the loop's thread: the watchdog's wakes by the clock, not by requests.
def test_a_request_takes_three_system_calls(tmp_path):
    trace = tmp_path / "trace"
    calls = []
    for count in (WARM, WARM + MEASURED):
        asked(("strace", "-D", "-qq", "-o", trace), "/", "false", count)
        calls.append(len(trace.read_text().splitlines()))
    assert round((calls[1] - calls[0]) / MEASURED, 1) == 3.0
