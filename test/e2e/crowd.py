"""Many connections at once from one thread."""

import contextlib
import resource

from wire import Wire


def raise_fd_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def crowd(port, count, timeout):
    """So many open connections."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Wire(port, timeout=timeout))
               for _ in range(count)]


def ask_all(wires, path, method="GET"):
    """Sends a request on each, and waits for nothing."""
    for wire in wires:
        wire.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n")
