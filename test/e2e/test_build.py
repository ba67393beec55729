"""Builds on save: `run service.c` and `--build`."""

import os
import signal
import subprocess

import pytest

from generations import CRASH, generation
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


def test_a_source_file_saved_by_vim_answers(folder):
    with Runner("hello.c", args=ARGS, cwd=folder,
                env=with_cache(folder)) as runner:
        subprocess.run(["vim", "-u", "NONE", "-n", "-es", "-c",
                        "set backup writebackup", "-c", "%s/one/two/", "-c",
                        "wq", "hello.c"], cwd=folder, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        answers(runner, "two")
        runner.record("reloaded")
        assert len(runner.find("building")) == 2
        assert runner.stop() == 0


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


class Gate:
    """A compiler that waits, once it has read its source, while it is shut."""

    def __init__(self, folder):
        self.pipe, self.mark = folder.parent / "gate", folder.parent / "shut"
        os.mkfifo(self.pipe)
        self.compiler = folder.parent / "cc"
        self.compiler.write_text(
            f'#!/bin/sh\ntrap "sleep 0.2; echo trapped; exit 3" TERM\n'
            f'cc "$@" && [ ! -e "{self.mark}" ] || '
            f'{{ echo waiting; cat "{self.pipe}"; }}\n')
        self.compiler.chmod(0o755)
        self.env = with_cache(folder, CC=str(self.compiler))

    def shut(self):
        self.mark.touch()

    def wait(self, runner, count=1):
        until(lambda: runner.lines.count("waiting") >= count, "it waits")

    def open(self):
        self.mark.unlink()
        with open(self.pipe, "w", encoding="utf-8"):
            pass


def test_a_save_during_a_build_is_built_after_it(folder):
    gate = Gate(folder)
    with Runner("hello.c", args=ARGS, cwd=folder, env=gate.env) as runner:
        gate.shut()
        save(folder, '"one"', '"two"')
        gate.wait(runner)
        save(folder, '"two"', '"three"')
        gate.open()
        answers(runner, "three")
        assert runner.stop() == 0


def test_a_save_during_the_first_build_is_built_after_it(folder):
    gate = Gate(folder)
    gate.shut()
    with Runner("hello.c", args=ARGS, cwd=folder, env=gate.env,
                wait=False) as runner:
        gate.wait(runner)
        save(folder, '"one"', '"two"')
        # There is nothing yet that could be reloaded.
        runner.kill(signal.SIGHUP)
        gate.open()
        runner.record("service started")
        answers(runner, "two")
        assert runner.stop() == 0


def test_sighup_ends_a_build_that_hangs(folder):
    gate = Gate(folder)
    with Runner("hello.c", args=ARGS, cwd=folder, env=gate.env) as runner:
        gate.shut()
        save(folder, '"one"', '"two"')
        gate.wait(runner)
        gate.mark.unlink()
        runner.kill(signal.SIGHUP)
        runner.record("reloaded")
        answers(runner, "two")
        assert not runner.find("build failed")
        assert runner.stop() == 0


def test_a_stop_lets_a_first_build_end(folder):
    gate = Gate(folder)
    gate.shut()
    with Runner("hello.c", args=ARGS, cwd=folder, env=gate.env,
                wait=False) as runner:
        gate.wait(runner)
        assert runner.stop() == 0
        assert "trapped" in runner.lines


def test_a_service_that_others_build_is_reloaded_after_a_build(folder):
    gate = Gate(folder)
    generation(folder / "crash.so", "version-1")
    with Runner("hello.c", "crash.so", args=ARGS, cwd=folder,
                env=gate.env) as runner:
        gate.shut()
        save(folder, '"one"', '"two"')
        gate.wait(runner)
        generation(folder / "crash.so", "version-2")
        gate.open()
        runner.record("reloaded", service="hello")
        runner.record("reloaded", service="crash")
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
        assert len(runner.find("building")) == 2
        runner.kill(signal.SIGHUP)
        runner.record("reloaded", 3)
        assert len(runner.find("building")) == 3
        assert runner.stop() == 0


STAGED = """all: hello.so
out/hello.so: hello.c
	mkdir -p out
	cc -std=gnu11 -g -fPIC -shared -fvisibility=hidden -I{abi} -o $@ $<
hello.so: out/hello.so
	sleep 0.2
	cp $< $@.new
	mv $@.new $@
	echo '{{}}' > out/made.json
"""


def test_what_a_build_makes_causes_no_reload_of_its_own(folder):
    (folder / "Makefile").write_text(
        STAGED.format(abi=os.path.join(ROOT, "abi")))
    with Runner("hello.so", args=[*ARGS, "--build", "make -s"], cwd=folder,
                env=with_cache(folder)) as runner:
        save(folder, '"one"', '"two"')
        answers(runner, "two")
        save(folder, '"two"', '"three"')
        answers(runner, "three")
        assert len(runner.find("reloaded")) == 2
        assert len(runner.find("building")) == 3
        assert runner.stop() == 0


STAMPED = """hello.so: hello.c stamp.h
	cc -std=gnu11 -g -fPIC -shared -fvisibility=hidden -I{abi} -o $@ $<
stamp.h: always
	date +'#define STAMP "%N"' > $@
always:
"""


def test_a_file_that_each_build_changes_stops_to_count(folder):
    (folder / "Makefile").write_text(
        STAMPED.format(abi=os.path.join(ROOT, "abi")))
    save(folder, "<tomodachi.h>", '<tomodachi.h>\n#include "stamp.h"')
    with Runner("hello.so", args=[*ARGS, "--build", "make -s"], cwd=folder,
                env=with_cache(folder)) as runner:
        record = runner.record("a file changes with each build: "
                               "it no longer counts")
        assert record["file"].endswith("/stamp.h")
        count = len(runner.find("building"))
        save(folder, '"one"', '"two"')
        answers(runner, "two")
        assert len(runner.find("building")) == count + 1
        assert runner.stop() == 0


def test_no_supervisor_builds_nothing(folder):
    for args in ["hello.c"], [CRASH, "--build", "make"]:
        done = run("run", *args, "--no-supervisor", cwd=folder)
        assert done.returncode == 2
        assert done.stderr == ("tomodachi run: --no-supervisor builds nothing: "
                               "give it a built service\n")
