"""Plays a recorded script of raw bytes against a server, and says what came.

What a script may hold and how its answers are compared is told at the top of
test/vectors/http_cases.json.
"""

import base64
import hashlib
import select
import signal
import time

from runner import LIMIT, SAN
from ws_wire import CLOSE, Frames, frame

# A recorded end comes within this time: shorter than http.keepalive_timeout.
CLOSES_WITHIN = 3

# Fields of access records that the Python library leaves out here and there.
MORE = {"request_time", "handler_elapsed_time", "request_content_length",
        "request_content_read_length", "request_method", "request_path",
        "http_version", "user_agent", "response_content_length"}

# And those of a websocket's end, which it leaves out everywhere.
MORE |= {"close_code", "close_reason"}


class Connection:
    """One connection of a script, its answers so far, and how it ended."""

    def __init__(self, port, methods):
        self.wire = Frames(port, timeout=LIMIT)
        self.methods = list(methods)
        self.responses = []
        self.frames = []
        self.is_aborted = False

    def read_one(self, timeout=LIMIT):
        """Reads one answer, or notices the end; False if there is none."""
        self.wire.socket.settimeout(timeout)
        is_head = bool(self.methods) and self.methods[0] == "HEAD"
        try:
            response = self.wire.read(is_head=is_head)
        except ConnectionResetError:
            return False
        if response is None:
            return False
        if response.status >= 200 and self.methods:
            self.methods.pop(0)
        self.responses.append(response)
        return True

    def read_frame(self, timeout=LIMIT):
        """Reads a frame of a websocket, as it is recorded; False at the end."""
        self.wire.socket.settimeout(timeout)
        got = self.wire.frame()
        if got is None:
            return False
        opcode, payload, fin, rsv = got
        found = {"op": opcode, "fin": fin, "rsv": rsv}
        if opcode == CLOSE and payload:
            found["code"] = int.from_bytes(payload[:2], "big")
            payload = payload[2:]
        found["data"] = payload
        self.frames.append(found)
        return True

    def is_closed(self):
        """Whether the server has ended it by now; more bytes are a fault."""
        if self.is_aborted:
            return True
        if not select.select([self.wire.socket], [], [], 0)[0]:
            assert self.wire.buffer == b"", self.wire.buffer
            return False
        try:
            data = self.wire.socket.recv(65536)
        except ConnectionResetError:
            return True
        assert self.wire.buffer + data == b"", self.wire.buffer + data
        return True

    def ends_soon(self):
        """Waits for the server to end it."""
        if not self.is_aborted:
            select.select([self.wire.socket], [], [], CLOSES_WITHIN)
        return self.is_closed()

    def abort(self):
        self.is_aborted = True
        self.wire.abort()


class Script:
    """One run of a case's steps."""

    def __init__(self, case, server):
        self.case, self.server = case, server
        self.connections, self.refused = {}, {}
        self.exit_code = self.exit_after = self.closed_after = None
        self.last = time.monotonic()

    def connect(self, name="0"):
        try:
            self.connections[name] = Connection(
                self.server.port, self.case.get("methods") or [])
        except ConnectionRefusedError as error:
            self.refused[name] = type(error).__name__

    def first(self):
        if "0" not in self.connections:
            self.connect()
        return self.connections["0"]

    def run(self):
        for step in self.case["script"]:
            name = next(k for k in step if k not in ("repeat", "timeout"))
            getattr(self, "do_" + name)(step[name], step)
            if name in ("send", "signal", "read"):
                self.last = time.monotonic()
        return self

    def do_connect(self, name, _step):
        self.connect(name)

    def do_send(self, text, step):
        if "repeat" in step:
            marker, unit, count = step["repeat"]
            text = text.replace(marker, unit * count)
        try:
            self.first().wire.send(text)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was sent

    def do_sleep(self, seconds, _step):
        time.sleep(seconds)  # a pause that the script is about

    def do_read(self, count, step):
        connection = self.first()
        while len(connection.responses) < count and connection.read_one(
                max(LIMIT, step.get("timeout", 0))):
            pass

    def do_eof(self, _value, _step):
        self.first().wire.end()

    def do_abort(self, _value, _step):
        self.first().abort()

    def do_wait_close(self, _value, _step):
        connection = self.first()
        while connection.read_one():
            pass
        self.closed_after = time.monotonic() - self.last

    def do_ws_send(self, what, _step):
        payload = (base64.b64decode(what["b64"]) if "b64" in what
                   else what["data"].encode() * what.get("repeat", 1))
        if "code" in what:
            payload = what["code"].to_bytes(2, "big") + payload
        self.first().wire.send(frame(
            what["op"], payload, fin=what.get("fin", True),
            rsv=what.get("rsv", 0), mask=what.get("mask", True)))

    def do_ws_read(self, count, step):
        connection = self.first()
        while len(connection.frames) < count and connection.read_frame(
                max(LIMIT, step.get("timeout", 0))):
            pass

    def do_signal(self, name, _step):
        self.server.kill(getattr(signal, "SIG" + name))

    def do_exit_wait(self, seconds, _step):
        self.exit_code = self.server.wait(max(LIMIT, seconds))
        self.exit_after = time.monotonic() - self.last

    def close(self):
        for connection in self.connections.values():
            connection.wire.socket.close()


def is_body(recorded, got):
    """Text, bytes in base64, or the SHA-256 of a large one."""
    if isinstance(recorded, str):
        return recorded.encode() == got
    if "sha256" in recorded:
        return recorded["sha256"] == hashlib.sha256(got).hexdigest()
    return base64.b64decode(recorded["b64"]) == got


def headers_to_compare(headers, case, theirs):
    """Header fields without those that a case leaves open."""
    left_out = {name.lower() for name in case.get("ignore_headers") or []}
    left_out |= {name.lower() for name, value in theirs
                 if name.lower() == "date" or value == "*"
                 or (name.lower() == "server" and value.startswith("Python/"))}
    return sorted((name.lower(), in_order(name, value))
                  for name, value in headers if name.lower() not in left_out)


def in_order(name, value):
    """The order of a cookie's attributes means nothing (RFC 6265 4.1)."""
    if name.lower() != "set-cookie":
        return value
    pair, *attributes = value.split("; ")
    return "; ".join([pair, *sorted(attributes)])


def compare_response(case, expected, got):
    """Where an answer is not as recorded, as a list of lines."""
    found = []

    def same(what, theirs, ours):
        if theirs != ours:
            found.append(f"{what}: recorded {theirs!r}, got {ours!r}")

    same("status", expected["status"], got.status)
    if "version" in expected and not case.get("ignore_version"):
        same("version", expected["version"], got.version)
    if "reason" in expected:
        same("reason", expected["reason"], got.reason)
    if "headers" in expected:
        same("headers",
             headers_to_compare(expected["headers"], case, expected["headers"]),
             headers_to_compare(got.headers, case, expected["headers"]))
    if ("body" in expected and not case.get("ignore_body")
            and not is_body(expected["body"], got.body)):
        same("body", expected["body"], got.body[:200])
    return found


def compare_connection(case, expected, connection):
    """Reads what is still to come, and compares all of it."""
    while (len(connection.responses) < len(expected["responses"])
           and connection.read_one()):
        pass
    answers = [response["status"] for response in expected["responses"]]
    got = [response.status for response in connection.responses]
    if answers != got:
        return [f"answers: recorded {answers}, got {got}"]
    found = []
    for theirs, ours in zip(expected["responses"], connection.responses):
        found += compare_response(case, theirs, ours)
    return found + compare_frames(expected.get("frames") or [], connection)


def compare_frames(expected, connection):
    while (len(connection.frames) < len(expected)
           and connection.read_frame()):
        pass
    if len(expected) == len(connection.frames) and all(
            is_body(theirs["data"], ours["data"])
            and {**theirs, "data": ""} == {**ours, "data": ""}
            for theirs, ours in zip(expected, connection.frames)):
        return []
    return [f"frames: recorded {expected}, got {connection.frames}"[:500]]


def compare_end(expected, connection):
    """To be asked when the server has had time to end it."""
    is_closed = (connection.ends_soon() if expected["closed"]
                 else connection.is_closed())
    if is_closed == expected["closed"]:
        return []
    return [f"closed: recorded {expected['closed']}, got {is_closed}"]


def compare_record(case, expected, got):
    """
    What was recorded must be there; "*" is not compared.  Of what was not,
    only fields that tell more of the same may come on top.
    """
    found = []
    for key, value in expected.items():
        if key == "response_content_length" and case.get("ignore_body"):
            continue
        if value not in ("*", got.get(key)):
            found.append(f"record: {key}: recorded {value!r}, "
                         f"got {got.get(key)!r}")
    if "timestamp" not in expected:
        return found  # decided, not recorded: only what is said counts
    extra = set(got) - set(expected) - MORE
    return found + [f"record: {key} was not recorded" for key in extra]


def compare_records(case, expected, got):
    def states(records):
        return [record.get("status_code", record.get("websocket_state"))
                for record in records]

    theirs, ours = states(expected), states(got)
    if theirs != ours:
        return [f"records: recorded {theirs}, got {ours}"]
    return [line for recorded, record in zip(expected, got)
            for line in compare_record(case, recorded, record)]


def compare_exit(expected, script):
    found = []
    if expected["code"] != script.exit_code:
        found.append(f"exit code: recorded {expected['code']}, "
                     f"got {script.exit_code}")
    # An upper bound; the machine may be busy.
    bound = expected["after_s"] + (10 if SAN else 2)
    if script.exit_after > bound:
        found.append(f"ended after {script.exit_after:.1f} s, not {bound}")
    return found
