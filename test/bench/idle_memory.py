"""Private memory that an idle keep-alive connection adds to a server."""

import resource

import client
import process
import stats

NAME = "memory"
CONNECTIONS = 10000
SPARE_FDS = 200
WARM_UP = (64, 4)
TARGET_BYTES = 400


def growth(server, count):
    """Bytes a connection; each has made one request."""
    opened = []
    with server:
        client.warm_up(server.port, server.bench.path, *WARM_UP)
        process.settled_cpu_ns(server.pids)
        before = process.private_bytes(server.pids)
        try:
            for _ in range(count):
                opened.append(client.Connection(server.port,
                                                server.bench.path))
                opened[-1].get()
            process.settled_cpu_ns(server.pids)
            after = process.private_bytes(server.pids)
            # All must still be open, or the figure says nothing.
            for connection in opened[::max(1, count // 100)]:
                connection.get()
        finally:
            for connection in opened:
                connection.close()
    return (after - before) / count


def measure(found, args, progress):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    count = min(CONNECTIONS, limit - SPARE_FDS)
    result = {}
    for server in found:
        if server.name == "tomodachi+log":
            continue
        progress(f"memory: {count} connections to {server.name}")
        result[server.name] = growth(server, count)
    return {"connections": count, "bytes": result}


def targets(result):
    measured = result["bytes"].get("tomodachi")
    return [stats.target("bytes of private memory per idle connection",
                         None if measured is None
                         else stats.summary([measured]),
                         TARGET_BYTES, False)]


def table(result):
    lines = [f"Private memory per idle connection, {result['connections']} "
             "of them (nginx and Kore set aside",
             "part of theirs at start, which is not counted)", ""]
    lines += [f"  {name:18}{value:6.0f} bytes"
              for name, value in result["bytes"].items()]
    return lines
