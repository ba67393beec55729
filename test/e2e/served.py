"""A test service under --production, as the HTTP tests look at it."""

import json
import signal

from runner import LIMIT, Runner, run, service, until
from wire import Wire


def arguments(options):
    # A later one overrides.
    first = ("http.port=0", "http.termination_grace_period_seconds=1")
    return [word for option in (*first, *options)
            for word in ("--option", option)]


class Served(Runner):
    def __init__(self, name, *options, files=None, **more):
        self.accesses = []  # records of self.output
        super().__init__(*(files or [service(name)]),
                         args=["--production", *arguments(options)], **more)
        # A worker that logs "listening" may not have been opened yet.
        Wire(self.port).socket.close()

    def __exit__(self, kind, *rest):
        """A stop is clean, and a sanitizer has nothing to say."""
        try:
            if kind is None and self.process.poll() is None:
                assert self.stop() == 0, (self.records[-5:], self.lines)
            if kind is None:
                assert not any("Sanitizer" in line for line in self.lines), \
                    self.lines
        finally:
            super().__exit__(kind, *rest)

    def wait_record(self, message, **fields):
        return self.record(message, **fields)

    def access(self):
        """Read once each: a reader that is slow makes the runner drop some."""
        for line in self.output[len(self.accesses):]:
            self.accesses.append(json.loads(line))
        return list(self.accesses)

    def wait_access(self, **fields):
        """The first access record with these fields."""
        def found():
            return [record for record in self.access()
                    if all(record.get(k) == v for k, v in fields.items())]
        with self.news:
            self.news.wait_for(found, LIMIT)
        records = found()
        assert records, (fields, self.output)
        return records[0]

    def wait_until_busy(self, _wire):
        """
        Returns once what was sent before is being handled: the loop takes
        what came first first, and this request comes on a new connection.
        """
        with Wire(self.port) as probe:
            probe.get("/text")

    def wait_for(self, condition):
        return until(condition, "what the test waits for")

    def reopen_logs(self):
        self.kill(signal.SIGUSR1)

    def terminate(self):
        self.kill(signal.SIGTERM)


def fails(name, *options, **more):
    """The exit code of a start that fails, and its one line."""
    result = run("run", service(name), "--production", *arguments(options),
                 **more)
    lines = [line for line in result.stderr.splitlines()
             if line.startswith("tomodachi: ")]
    assert len(lines) == 1, result.stderr
    return result.returncode, lines[0]
