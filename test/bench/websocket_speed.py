"""CPU time per echoed websocket message, beside a bare epoll echo.

As with http, both run at once and their load generators take turns.
"""

import contextlib
import re
import signal
import subprocess
import time

import client
import process
import servers
import stats

NAME = "websocket"
CONNECTIONS = 64
TURN_S = 0.1
PAUSE_S = 0.01
TARGET = 0.9
PATH = "/echo"


class Echo:
    """What is the same for both: ready once it can be connected to."""

    def first_answer(self):
        deadline = time.monotonic() + servers.READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError):
                client.Connection(self.port, PATH).close()
                return self.bench.body
        raise RuntimeError(f"{self.name} did not start; it said:\n"
                           + self.output())


class Runner(Echo, servers.Tomodachi):
    name = "tomodachi"

    def command(self):
        service = self.bench.build / "test" / "services" / "ws_echo.so"
        return [str(service) if word == self.bench.service else word
                for word in super().command()]


class Bare(Echo, servers.Server):
    name = "ws_epoll"

    def command(self):
        return [self.bench.build / "bench" / self.name, self.port]


class Load:
    def __init__(self, server):
        self.server = server
        self.before = process.settled_cpu_ns(server.pids)
        with process.pinned(servers.CLIENT_CPU):
            self.process = subprocess.Popen(
                [server.bench.build / "bench" / "ws_load", str(server.port),
                 PATH, str(CONNECTIONS)], stdout=subprocess.PIPE, text=True)

    def turn(self):
        self.process.send_signal(signal.SIGCONT)
        time.sleep(TURN_S)
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(PAUSE_S)

    def cost(self):
        """Ends the load.  Returns microseconds of CPU a message."""
        self.process.send_signal(signal.SIGINT)
        self.process.send_signal(signal.SIGCONT)
        said = self.process.communicate()[0]
        used = process.settled_cpu_ns(self.server.pids) - self.before
        return used / 1000 / int(re.search(r"(\d+) answers", said)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def costs_of_round(both, turns):
    with contextlib.ExitStack() as stack:
        for server in both:
            stack.enter_context(server)
        loads = [stack.enter_context(Load(server)) for server in both]
        for load in loads:
            load.turn()
        for number in range(turns):
            for load in loads[::-1] if number % 2 else loads:
                load.turn()
        return {load.server.name: load.cost() for load in loads}


def measure(_, args, progress):
    both = [kind(servers.Bench(args)) for kind in (Runner, Bare)]
    turns = max(1, round(args.seconds / TURN_S))
    costs = {server.name: [] for server in both}
    for number in range(args.rounds):
        progress(f"websocket: round {number + 1} of {args.rounds}")
        for name, cost in costs_of_round(both, turns).items():
            costs[name].append(cost)
    return {name: {"rounds": values, **stats.summary(values)}
            for name, values in costs.items()}


def targets(result):
    return [stats.target(
        f"echoes per CPU-second, of ws_epoll's, {CONNECTIONS} connections",
        stats.ratios(result["ws_epoll"]["rounds"],
                     result["tomodachi"]["rounds"]), TARGET, True)]


def table(result):
    return ["CPU time of an echoed message of 64 bytes, in microseconds", ""] \
        + [f"  {name:18}{row['median']:6.2f} [{row['q1']:.2f} {row['q3']:.2f}]"
           for name, row in result.items()]
