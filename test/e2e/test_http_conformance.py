"""The recorded HTTP cases, each replayed byte by byte.

test/vectors/http_cases.json is what the Python library did;
test/vectors/http_decided.json is where this runner answers otherwise, and why.
"""

import itertools
import json
import os

import pytest

import decisions
import replay
from runner import LIMIT, ROOT, Runner, environment, service, until
from wire import Wire

ACCESS_LOGGERS = "tomodachi.http.response", "tomodachi.http.websocket"
VECTORS = os.path.join(ROOT, "test", "vectors")
MTIME = 1700000000
FILES = {
    "static/a.txt": "plain file\n",
    "static/b.html": "<p>html å</p>\n",
    "static/c.json": '{"k": 1}\n',
    "static/empty.txt": "",
    "static/big.bin": "z" * 300000,
    "static/sub/d.txt": "in sub\n",
    "static/noext": "no ext",
    "static/with space.txt": "sp\n",
    "static/åäö.txt": "u\n",
    "outside.txt": "secret\n",
    "static-evil/x.txt": "evil\n",
}
LINKS = {"static/link.txt": "../outside.txt",
         "static/evil.txt": "../static-evil/x.txt",
         "static/inner.txt": "a.txt"}


def load(name):
    with open(os.path.join(VECTORS, name), encoding="utf-8") as file:
        return json.load(file)


CASES = load("http_cases.json")["cases"]
DECISIONS = decisions.load()
DECIDED = {name: decision["expect"]
           for decision in DECISIONS for name in decision["cases"]}


class Oracle(Runner):
    """The service in one profile."""

    def __init__(self, profile, folder):
        variant = profile if profile in ("errs", "mw") else "main"
        super().__init__(
            service("conformance_" + variant), cwd=folder,
            args=["--production", "--option", "http.port=0",
                  "--option", "http.host=127.0.0.1"],
            env=environment(ORACLE_PROFILE=profile))
        self.taken = self.heard = 0
        self.number = itertools.count()

    def access(self):
        return [json.loads(line) for line in list(self.output)
                if line.startswith("{")]

    def hooks(self):
        """What the service has said of its hooks and websockets."""
        return [line for line in list(self.output)
                if line.startswith(("HOOK", "WS-CLOSE"))]

    def new_closes(self):
        """What it has said of its websockets since the last time."""
        closes = [line for line in self.hooks() if line.startswith("WS-CLOSE")]
        heard, self.heard = self.heard, len(closes)
        return closes[heard:]

    def new_records(self, count):
        """What was logged since the last time; waits for so many."""
        agent = f"after {next(self.number)}"
        with Wire(self.port, timeout=LIMIT) as wire:
            wire.get("/text", f"User-Agent: {agent}", "Connection: close")

        def news():
            records = self.access()[self.taken:]
            agents = [record.get("user_agent") for record in records]
            return (records if agent in agents and len(records) > count
                    else None)
        records = until(news, f"{count} records")
        self.taken += len(records)
        return [record for record in records
                if record.get("user_agent") != agent]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("conformance")
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
        os.utime(path, (MTIME, MTIME))
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    return root


@pytest.fixture(scope="module")
def oracles(folder):
    """One running service for each profile, started when first asked for."""
    running = {}

    def get(profile):
        if profile not in running:
            running[profile] = Oracle(profile, folder)
        return running[profile]
    yield get
    for oracle in running.values():
        with oracle:
            assert oracle.stop() == 0
            assert not any("Sanitizer" in line for line in oracle.lines)


def relaxed(response, decided):
    """A recorded answer without the parts and header fields left open."""
    response = {part: value for part, value in response.items()
                if part not in decided.get("any", ())}
    return dict(response, headers=[header for header in response["headers"]
                                   if header[0] not in decided.get("without",
                                                                   ())])


def expected_of(case):
    """What was recorded, changed by what was decided otherwise."""
    decided = DECIDED.get(case["id"], {})
    conns = dict(case["expect"]["conns"])
    if conns:
        first = dict(conns["0"])
        first["responses"] = decided.get("responses", [
            relaxed(response, decided)
            for response in first["responses"]])
        first["closed"] = decided.get("closed", first["closed"])
        first["frames"] = decided.get("frames", first.get("frames"))
        conns["0"] = first
    records = [record for record in case["expect"]["log"]
               if record["logger"] in ACCESS_LOGGERS]
    return conns, decided.get("log", records)


def compare_ends(conns, script):
    return [line for name, connection in script.connections.items()
            for line in replay.compare_end(conns[name], connection)]


def compare_hooks(case, got):
    hooks = DECIDED.get(case["id"], {}).get(
        "hooks", case["expect"].get("hooks") or [])
    return [f"hooks: {got}"] if got != hooks else []


def compare(case, script, server):
    conns, records = expected_of(case)
    is_websocket = any(conn.get("frames") is not None
                       for conn in conns.values())
    found = []
    for name, expected in conns.items():
        if "refused" in expected:
            assert script.refused.get(name) == expected["refused"]
            continue
        found += replay.compare_connection(
            case, expected, script.connections[name])
    if is_websocket:
        # Its last record comes when the client has gone, too.
        found += compare_ends(conns, script)
        script.close()
    if "exit" in case["expect"]:
        found += replay.compare_exit(case["expect"]["exit"], script)
        found += compare_hooks(case, server.hooks())
        got = server.access()
    else:
        got = server.new_records(len(records))
        if is_websocket:
            found += compare_hooks(case, server.new_closes())
    if not is_websocket:
        found += compare_ends(conns, script)
    return found + replay.compare_records(case, records, got)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_answers_as_recorded_or_decided(case, oracles, folder):
    if case.get("spawn"):
        with Oracle(case["profile"], folder) as server:
            check(case, server)
    else:
        check(case, oracles(case["profile"]))


def check(case, server):
    script = replay.Script(case, server)
    try:
        found = compare(case, script.run(), server)
    finally:
        script.close()
    assert not found, "\n".join([json.dumps(case["script"])[:500], *found])


def test_each_decision_is_about_a_case_and_has_a_reason():
    ids = {case["id"] for case in load("http_cases.json")["cases"]}
    assert set(DECIDED) <= ids
    assert all(decision["reason"] for decision in DECISIONS)


def test_the_documentation_tells_each_decision():
    with open(os.path.join(ROOT, "docs", "http.md"), encoding="utf-8") as page:
        text = page.read()
    assert decisions.in_page(text) == text, 'out of date: run "make docs"'


def test_no_case_is_left_out():
    assert len(CASES) == 280
