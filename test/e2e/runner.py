"""Starts the real runner and watches what it says.

No sleeping for luck: whatever a test waits for is an event (a record, an
answer, an end), with a time limit that only a failure reaches.
"""

import http.client
import json
import os
import signal
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD") or "build")
BINARY = os.path.join(BUILD, "tomodachi")
SAN = os.environ.get("SAN", "")

# Sanitizers make everything slower.
LIMIT = 60 if SAN else 20


def service(name):
    """The path of a built test service."""
    return os.path.join(BUILD, "test", "services", name + ".so")


def sample(name):
    """The path of a built sample service."""
    return os.path.join(BUILD, "sample_services", name + ".so")


def environment(leaks=True, **more):
    """leaks=False: for exit() on a coroutine, which hides main()'s memory."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("TOMODACHI_")}
    # A crash is to look like one to the supervisor.
    env["ASAN_OPTIONS"] = ":".join(
        filter(None, [env.get("ASAN_OPTIONS"), "handle_segv=0", "handle_abort=0",
                      "handle_sigbus=0", "handle_sigfpe=0", "handle_sigill=0",
                      None if leaks else "detect_leaks=0"]))
    env.update(more)
    return env


def run(*args, env=None, timeout=LIMIT, **more):
    """Runs the binary to its end; for starts that fail and short commands."""
    return subprocess.run([BINARY, *args], env=env or environment(),
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout, **more)


def until(condition, what, timeout=LIMIT):
    """Asks until the answer is true; for what no record tells."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.005)
    raise AssertionError(f"never happened: {what}")


def is_alive(pid):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Runner:
    """One running `tomodachi run`, JSON records on standard error."""

    def __init__(self, *services, args=("--option", "http.port=0"), env=None,
                 prefix=(), wait=True, **more):
        self.records = []
        self.lines = []  # of standard error that are no records
        self.output = []
        self.news = threading.Condition()
        self.ended = False
        self.process = subprocess.Popen(
            [*prefix, BINARY, "run", *services, "--logger", "json", *args],
            env=env or environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        self.readers = [
            threading.Thread(target=self._read, args=(self.process.stderr, True)),
            threading.Thread(target=self._read, args=(self.process.stdout, False)),
        ]
        for reader in self.readers:
            reader.start()
        if wait:
            self.record("service started", len(services))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()
        self.process.stderr.close()
        self.process.stdout.close()

    def _read(self, stream, is_err):
        for line in stream:
            line = line.rstrip("\n")
            with self.news:
                if not is_err:
                    self.output.append(line)
                else:
                    try:
                        self.records.append(json.loads(line))
                    except ValueError:
                        self.lines.append(line)
                self.news.notify_all()
        if is_err:
            with self.news:
                self.ended = True
                self.news.notify_all()

    def find(self, message, **fields):
        """All records so far of that message and fields."""
        fields["message"] = message
        return [r for r in list(self.records)
                if all(r.get(k) == v for k, v in fields.items())]

    def record(self, message, count=1, timeout=LIMIT, **fields):
        """Waits for the count-th such record."""
        def there():
            return len(self.find(message, **fields)) >= count or self.ended
        with self.news:
            self.news.wait_for(there, timeout)
        found = self.find(message, **fields)
        assert len(found) >= count, (message, fields, self.records, self.lines)
        return found[count - 1]

    @property
    def port(self):
        return self.port_of()

    def port_of(self, name=None):
        fields = {"service": name} if name else {}
        return self.record("listening", logger="tomodachi.http", **fields)["port"]

    @property
    def pid(self):
        return self.process.pid

    def workers(self):
        """The process ids of the supervisor's children that are alive."""
        path = f"/proc/{self.pid}/task/{self.pid}/children"
        with open(path) as children:
            return [int(p) for p in children.read().split() if is_alive(p)]

    def get(self, path, port=None, timeout=LIMIT):
        """(status, text); (None, error) when the connection fails."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port,
                                                timeout=timeout)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return None, error
        finally:
            connection.close()

    def kill(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=LIMIT):
        """Its exit code, once all it said has been read."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"does not end: {self.records}, {self.lines}") from None
        for reader in self.readers:
            reader.join(timeout)
        return code

    def stop(self, number=signal.SIGTERM):
        self.kill(number)
        return self.wait()
