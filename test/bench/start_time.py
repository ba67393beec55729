"""Time from starting a server's program to its first answer."""

import time

import process
import servers
import stats

NAME = "start"
TIMES = 10
TARGET_MS = 20


def milliseconds(server):
    """The client tries to connect again and again, on the other CPU."""
    try:
        with process.pinned(servers.CLIENT_CPU):
            server.spawn()
            answer = server.first_answer()
            taken = time.monotonic() - server.begun
        server.check(answer)
    finally:
        server.stop()
    return taken * 1000


def measure(found, args, progress):
    compared = [server for server in found if server.name != "tomodachi+log"]
    times = {server.name: [] for server in compared}
    for number in range(TIMES + 1):
        progress(f"start: {number} of {TIMES}")
        for server in compared:
            taken = milliseconds(server)
            # The first one reads the program from the disk.
            if number > 0:
                times[server.name].append(taken)
    return {name: {"times": values, **stats.summary(values)}
            for name, values in times.items()}


def targets(result):
    return [stats.target("milliseconds from start to the first answer",
                         result.get("tomodachi"), TARGET_MS, False)]


def table(result):
    lines = ["Start to first answer (median [quartiles])", ""]
    lines += [f"  {name:18}{row['median']:6.1f} ms "
              f"[{row['q1']:.1f} {row['q3']:.1f}]"
              for name, row in result.items()]
    return lines
