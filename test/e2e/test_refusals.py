"""A bad service file is refused with one line, by `check` and by `run`."""

import json
import os
import platform
import re
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "..", "services", "refusals.json")
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
RUNNER = os.path.join(BUILD, "tomodachi")
SERVICES = os.path.join(BUILD, "test", "services")

# A sanitizer has its own report of a crash, not the runner's line.
NOT_SANITIZED = {"crashing_constructor.so"} if os.environ.get("SAN") else set()

with open(TABLE, encoding="utf-8") as stream:
    ROWS = [row for row in json.load(stream) if row[0] not in NOT_SANITIZED]


def pattern(file, line):
    """The whole of standard error; {n} is a number, {machine} this one."""
    text = re.escape(f"tomodachi: {file}: {line}")
    text = text.replace(re.escape("{n}"), "[0-9]+")
    return text.replace(re.escape("{machine}"), platform.machine()) + "\n"


def runner(*args):
    return subprocess.run([RUNNER, *args], cwd=SERVICES, capture_output=True,
                          text=True, timeout=30)


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("file, line", ROWS, ids=[row[0] for row in ROWS])
def test_refuses_with_one_line(command, file, line):
    done = runner(command, file)
    # A crash has its report, too, before the line.
    said = re.sub(r"^\S+ crashed: .*\n(    .*\n)*", "", done.stderr)
    assert re.fullmatch(pattern(file, line), said), done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("file", ["good.so", "good_cxx.so", "visible_cxx.so",
                                  "newer_zero_tail.so", "own_json_name.so"])
def test_check_accepts_a_good_file(file):
    done = runner("check", file)
    assert (done.returncode, done.stderr) == (0, "")
