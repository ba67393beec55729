"""CPU time per keep-alive request, compared server by server.

Requests per second would show the load generator's limit; CPU time does not.
But what a request costs also drifts with what else the machine does, by half
within seconds.  So all servers of a round run at once, each with a load
generator of its own, of which all but one are stopped: they take turns of a
tenth of a second.  Servers are compared only within a round.
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

NAME = "http"
LEVELS = (64, 512)
WARM_UP_REQUESTS = 4000
TURN_S = 0.1
PAUSE_S = 0.01
END_TRIES = 10

# Requests per CPU-second of the runner, as a multiple of the peer's.
TARGETS = (
    (64, "epoll", 0.93),
    (64, "nginx", 1.10),
    (64, "kore", 1.20),
    (512, "nginx", 1.25),
    (512, "kore", 1.40),
)
LOG_COST = 1.05


class Load:
    """One wrk that asks one server, in turns; stopped in between."""

    def __init__(self, server, connections):
        self.server = server
        url = f"http://127.0.0.1:{server.port}{server.bench.path}"
        self.pids = server.pids
        self.cpu_before = process.settled_cpu_ns(self.pids)
        with process.pinned(servers.CLIENT_CPU):
            self.wrk = subprocess.Popen(
                ["wrk", "-t1", f"-c{connections}", "-d1h", "--timeout", "10s",
                 url], stdout=subprocess.PIPE, text=True)
        self.wrk.send_signal(signal.SIGSTOP)

    def turn(self):
        self.wrk.send_signal(signal.SIGCONT)
        time.sleep(TURN_S)
        self.wrk.send_signal(signal.SIGSTOP)
        # What was asked is still to be answered.
        time.sleep(PAUSE_S)

    def end(self):
        """Has wrk finish; returns what it says."""
        self.wrk.send_signal(signal.SIGCONT)
        time.sleep(TURN_S)
        for _ in range(END_TRIES):
            # Taken by a thread other than the first, it ends the load but
            # not the first one's sleep; then it is sent again.
            self.wrk.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.wrk.communicate(timeout=1)[0]
        raise RuntimeError(f"{self.server.name}: wrk does not end")

    def cost(self):
        """Ends the load.  Returns microseconds of CPU a request."""
        report = self.end()
        used = process.settled_cpu_ns(self.pids) - self.cpu_before
        if process.tree(self.server.process.pid) != self.pids:
            raise RuntimeError(f"{self.server.name}: a process came or went")
        requests = re.search(r"(\d+) requests in", report)
        if requests is None or re.search("Non-2xx|Socket errors", report):
            raise RuntimeError(f"{self.server.name}: wrk says: {report}")
        return used / 1000 / int(requests[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wrk.kill()
        self.wrk.wait()
        self.wrk.stdout.close()


def costs_of_round(found, connections, turns):
    """Microseconds of CPU a request, by name.  The processes are fresh, so
    that where their memory lies is drawn anew each round."""
    with contextlib.ExitStack() as stack:
        for server in found:
            stack.enter_context(server)
            client.warm_up(server.port, server.bench.path, connections,
                           max(1, WARM_UP_REQUESTS // connections))
        loads = [stack.enter_context(Load(server, connections))
                 for server in found]
        for number in range(turns):
            for load in loads[::-1] if number % 2 else loads:
                load.turn()
        return {load.server.name: load.cost() for load in loads}


def measure(found, args, progress):
    turns = max(1, round(args.seconds / TURN_S))
    costs = {level: {server.name: [] for server in found} for level in LEVELS}
    for number in range(args.rounds):
        for level in LEVELS:
            progress(f"http: round {number + 1} of {args.rounds}, "
                     f"{level} connections")
            at = number % len(found)
            for name, cost in costs_of_round(found[at:] + found[:at], level,
                                             turns).items():
                costs[level][name].append(cost)
    return {str(level): {name: {"rounds": values, **stats.summary(values)}
                         for name, values in costs[level].items()}
            for level in LEVELS}


def compare(result, level, subject, peer):
    """Requests per CPU-second of subject as a multiple of peer's."""
    at_level = result[str(level)]
    if subject not in at_level or peer not in at_level:
        return None
    return stats.ratios(at_level[peer]["rounds"],
                        at_level[subject]["rounds"])


def targets(result):
    rows = [stats.target(f"requests per CPU-second, of {peer}'s, "
                         f"{level} connections",
                         compare(result, level, "tomodachi", peer),
                         bound, True)
            for level, peer, bound in TARGETS]
    # CPU with the log as a multiple of CPU without.
    rows.append(stats.target(
        f"CPU with access log, of that without, {LEVELS[0]} connections",
        compare(result, LEVELS[0], "tomodachi", "tomodachi+log"),
        LOG_COST, False))
    return rows


def cell(summary, digits):
    return (f"{summary['median']:.{digits}f} [{summary['q1']:.{digits}f} "
            f"{summary['q3']:.{digits}f}]")


def table(result):
    lines = ["CPU time of a keep-alive request, and requests per CPU-second",
             "as a multiple of the peer's: median [quartiles] of the rounds"]
    for level in LEVELS:
        at_level = result[str(level)]
        peers = [name for name in ("epoll", "nginx", "kore")
                 if name in at_level]
        lines += ["", f"{level:4} connections      {'microseconds':22}"
                  + "".join(f"{'of ' + peer + chr(39) + 's':21}"
                            for peer in peers)]
        for name, row in at_level.items():
            cells = ["" if peer == name else
                     cell(compare(result, level, name, peer), 3)
                     for peer in peers]
            lines.append(f"  {name:19}{cell(row, 2):22}"
                         + "".join(f"{text:21}" for text in cells))
    return [line.rstrip() for line in lines]
