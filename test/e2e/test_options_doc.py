"""docs/options.md says what the runner says."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNNER = ROOT / os.environ.get("BUILD", "build") / "tomodachi"
DOC = (ROOT / "docs" / "options.md").read_text()


def run(*words, cwd=None, env=None):
    clean = {k: v for k, v in os.environ.items()
             if not k.startswith("TOMODACHI_")}
    return subprocess.run([RUNNER, *words], cwd=cwd, text=True, timeout=30,
                          capture_output=True, env={**clean, **(env or {})})


def test_the_table_is_current():
    table = re.search(r"<!-- options -->\n(.*)<!-- /options -->", DOC, re.S)
    done = run("options", "--markdown")
    assert done.returncode == 0, done.stderr
    assert table.group(1) == done.stdout, 'run "make docs"'


def test_the_examples_run(tmp_path):
    script = re.search(r"```sh\n(.*?)```", DOC, re.S).group(1)
    done = subprocess.run(
        ["sh", "-euc", 'tomodachi() { "%s" "$@"; }\n%s' % (RUNNER, script)],
        cwd=tmp_path, text=True, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^http.port +int +9700 +9000 +--option", done.stdout,
                     re.M)
    assert re.search(r"^http.client_max_size +size +104857600 +65536 "
                     r"+--config orders.json", done.stdout, re.M)
    assert '"TOMODACHI_HTTP_REAL_IP_FROM"' in done.stdout


def test_the_error_lines_are_what_is_printed(tmp_path):
    lines = re.search(r"```\n(tomodachi options: .*?)```", DOC, re.S)
    want = lines.group(1).splitlines()
    config = tmp_path / "orders.json"

    got = [run("options", "--option", "http.port=65536")]
    for text in ('{"htp.port": 1}', '{\n  "http.host": null,\n  "http.port" 1}'):
        config.write_text(text)
        got.append(run("options", "--config", "orders.json", cwd=tmp_path))
    assert [line.stderr.strip() for line in got] == want
    assert [line.returncode for line in got] == [2, 2, 2]
    assert [line.stdout for line in got] == ["", "", ""]


def test_a_secret_is_printed_in_no_format():
    for form in ((), ("--json",), ("--markdown",)):
        done = run("options", "--option", "amqp.password=hunter2", *form,
                   env={"TOMODACHI_AWS_SNS_SQS_AWS_SESSION_TOKEN": "hunter3"})
        assert done.returncode == 0
        assert "hunter" not in done.stdout + done.stderr


def test_an_unknown_variable_is_a_warning():
    done = run("options", env={"TOMODACHI_HTTP_PROT": "1"})
    assert done.returncode == 0
    assert done.stderr == ("tomodachi: warning: TOMODACHI_HTTP_PROT sets no "
                           "option, nearest is TOMODACHI_HTTP_PORT\n")
