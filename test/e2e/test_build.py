"""Builds on save: `run service.c` and `--build`."""

import os
import signal

import pytest

from generations import CRASH
from runner import ROOT, SAN, Runner, environment, run, until

pytestmark = pytest.mark.skipif(
    bool(SAN), reason="a service built otherwise than the runner")

SOURCE = """#include <tomodachi.h>

static int
hello(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "one");
}

TOMO_SERVICE(.name = "hello",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/", hello)));
"""
ARGS = ["--option", "http.port=0"]


@pytest.fixture
def folder(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    (work / "hello.c").write_text(SOURCE)
    return work


def with_cache(folder, **more):
    return environment(XDG_CACHE_HOME=str(folder.parent / "cache"), **more)


def save(folder, old, new, name="hello.c"):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def answers(runner, text):
    until(lambda: runner.get("/") == (200, text), text)


def test_a_saved_source_file_answers(folder):
    with Runner("hello.c", args=ARGS, cwd=folder,
                env=with_cache(folder)) as runner:
        answers(runner, "one")
        save(folder, '"one"', '"two"')
        answers(runner, "two")
        runner.record("reloaded")
        assert runner.find("files changed")[0]["updated"] == "hello.c"
        assert runner.stop() == 0
    assert os.listdir(folder) == ["hello.c"]


def test_a_header_counts_too(folder):
    (folder / "text.h").write_text('#define TEXT "one"\n')
    save(folder, '"one"', "TEXT")
    save(folder, "<tomodachi.h>", '<tomodachi.h>\n#include "text.h"')
    with Runner("hello.c", args=ARGS, cwd=folder,
                env=with_cache(folder)) as runner:
        save(folder, "one", "two", "text.h")
        answers(runner, "two")
        assert runner.stop() == 0


def test_a_bad_save_shows_the_compiler_and_changes_nothing(folder):
    with Runner("hello.c", args=ARGS, cwd=folder,
                env=with_cache(folder)) as runner:
        save(folder, '"one"', "no_such_name")
        record = runner.record("build failed")
        assert record["reason"] == "hello.c: build failed (exit code 1)"
        assert any("no_such_name" in line for line in runner.lines)
        answers(runner, "one")
        save(folder, "no_such_name", '"two"')
        answers(runner, "two")
        runner.record("reloaded")
        assert runner.stop() == 0


def test_a_source_that_does_not_build_is_not_run(folder):
    save(folder, '"one"', "no_such_name")
    done = run("run", "hello.c", *ARGS, cwd=folder, env=with_cache(folder))
    assert done.returncode == 1
    assert "no_such_name" in done.stderr
    assert done.stderr.endswith(
        "\ntomodachi: hello.c: build failed (exit code 1)\n")


CRASH_ONCE = """	if (access("mark", F_OK) != 0 && creat("mark", 0600) >= 0)
		abort();
"""


def test_any_save_ends_a_stand_in(folder):
    save(folder, "<tomodachi.h>", "<tomodachi.h>\n#include <fcntl.h>\n"
         "#include <stdlib.h>\n#include <unistd.h>\n")
    save(folder, "	return", CRASH_ONCE + "	return")
    with Runner("hello.c", args=ARGS, cwd=folder,
                env=with_cache(folder)) as runner:
        assert runner.get("/")[0] is None
        until(lambda: runner.get("/")[0] == 503, "a stand-in")
        # The same code, to the byte.
        save(folder, '"one"', '"one" ')
        answers(runner, "one")
        assert runner.stop() == 0


def test_sighup_builds_what_is_not_watched(folder):
    with Runner("hello.c", args=[*ARGS, "--production"], cwd=folder,
                env=with_cache(folder)) as runner:
        save(folder, '"one"', '"two"')
        answers(runner, "one")
        runner.kill(signal.SIGHUP)
        runner.record("reloaded")
        answers(runner, "two")
        assert runner.stop() == 0


def test_a_save_during_a_build_is_built_after_it(folder):
    gate = folder.parent / "gate"
    os.mkfifo(gate)
    compiler = folder.parent / "cc"
    # A compiler that waits, once it has read its source.
    compiler.write_text(f'#!/bin/sh\ncc "$@" && [ ! -e "{gate}.on" ] || '
                        f'{{ echo waiting; cat "{gate}"; }}\n')
    compiler.chmod(0o755)
    with Runner("hello.c", args=ARGS, cwd=folder,
                env=with_cache(folder, CC=str(compiler))) as runner:
        (folder.parent / "gate.on").touch()
        save(folder, '"one"', '"two"')
        until(lambda: "waiting" in runner.lines, "a build that waits")
        save(folder, '"two"', '"three"')
        (folder.parent / "gate.on").unlink()
        with open(gate, "w", encoding="utf-8"):
            pass
        answers(runner, "three")
        assert runner.stop() == 0


def test_a_stop_ends_a_build(folder):
    compiler = folder.parent / "cc"
    compiler.write_text("#!/bin/sh\necho started\nexec sleep 1000\n")
    compiler.chmod(0o755)
    with Runner("hello.c", args=ARGS, cwd=folder, wait=False,
                env=with_cache(folder, CC=str(compiler))) as runner:
        until(lambda: "started" in runner.lines, "a build")
        assert runner.stop() == 0


MAKEFILE = """FLAGS = -std=gnu11 -g -fPIC -shared -fvisibility=hidden
all: a.so b.so
%.so: %.c
\techo run >> runs
\tcc $(FLAGS) -I{abi} -o $@ $<
"""


def test_a_command_builds_all_services(folder):
    (folder / "Makefile").write_text(
        MAKEFILE.format(abi=os.path.join(ROOT, "abi")))
    for name in "a", "b":
        (folder / f"{name}.c").write_text(
            SOURCE.replace('"hello"', f'"{name}"').replace("one", name))
    (folder / "hello.c").unlink()
    with Runner("a.so", "b.so", args=[*ARGS, "--build", "make -s"], cwd=folder,
                env=with_cache(folder)) as runner:
        assert len((folder / "runs").read_text().split()) == 2
        save(folder, '200, "a"', '200, "A"', "a.c")
        record = runner.record("reloaded")
        assert record["service"] == "a"
        until(lambda: runner.get("/", runner.port_of("a")) == (200, "A"), "A")
        assert len((folder / "runs").read_text().split()) == 3
        # b.so is as it was.
        assert len(runner.find("reloaded")) == 1
        assert runner.stop() == 0


def test_no_supervisor_builds_nothing(folder):
    for args in ["hello.c"], [CRASH, "--build", "make"]:
        done = run("run", *args, "--no-supervisor", cwd=folder)
        assert done.returncode == 2
        assert done.stderr == ("tomodachi run: --no-supervisor builds nothing: "
                               "give it a built service\n")
