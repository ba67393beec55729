"""CPU time and memory of a process and everything it started."""

import os
import resource
import time

SETTLE_S = 0.005
SETTLED_NS = 20_000


def tree(root):
    """The pids of root and all its descendants, root first."""
    children = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="ascii",
                      errors="replace") as file:
                # The name in parentheses may hold anything; what follows not.
                fields = file.read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
    pids = [root]
    for pid in pids:
        pids.extend(children.get(pid, ()))
    return pids


def cpu_ns(pids):
    """CPU time of all threads of the processes, user and kernel."""
    total = 0
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat",
                      encoding="ascii") as file:
                total += int(file.read().split()[0])
    return total


def settled_cpu_ns(pids):
    """The same once the processes have come to rest, or after 0.2 seconds."""
    before = cpu_ns(pids)
    for _ in range(40):
        time.sleep(SETTLE_S)
        now = cpu_ns(pids)
        if now - before < SETTLED_NS:
            return now
        before = now
    return before


def private_bytes(pids):
    """Anonymous memory of the processes: heap, stacks, written data."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Anonymous:"):
                    total += int(line.split()[1]) * 1024
    return total


def machine_s():
    """Seconds of CPU so far that this program and its ended children used,
    that all programs used, that the host of a virtual machine took, and all
    that there was."""
    ours = sum(sum(resource.getrusage(who)[:2]) for who in
               (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    second = os.sysconf("SC_CLK_TCK")
    idle, stolen = ticks[3] + ticks[4], ticks[7]
    return (ours, (sum(ticks) - idle - stolen) / second, stolen / second,
            sum(ticks) / second)


class pinned:
    """This process, and what it starts meanwhile, runs on one CPU."""

    def __init__(self, cpu):
        self.cpus = {cpu}

    def __enter__(self):
        self.before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self.cpus)

    def __exit__(self, *_):
        os.sched_setaffinity(0, self.before)
