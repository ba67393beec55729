"""The servers that are compared: how each is started, and how any is ended.

All give the same body to GET of the same path, listen on a loopback port of
their own, run one worker, and are pinned to one CPU.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time

import client
import process

SERVER_CPU = 0
CLIENT_CPU = 1
READY_S = 10
STOP_S = 10
MAX_CONNECTIONS = 12000
KEEPALIVE_S = 60


class Bench:
    """What the servers of one run have in common."""

    def __init__(self, args):
        self.build = args.build
        self.service = args.service
        self.path = args.path
        self.scratch = args.build / "bench" / "scratch"
        self.body = "Hello, world!\n"

    def learn_body(self, found):
        """Makes what the service answers the body that all must give."""
        for server in found:
            if server.name == Tomodachi.name:
                self.body = server.body()


class Server:
    """One program to compare, started and stopped any number of times."""

    name = ""

    def __init__(self, bench):
        self.bench = bench
        self.scratch = bench.scratch / self.name
        self.process = None
        self.pids = []
        self.port = 0
        self.begun = 0

    def missing(self):
        """What it needs and does not find, or None."""
        for file in self.files_needed():
            if shutil.which(file) is None and not os.path.exists(file):
                return str(file)
        return None

    def files_needed(self):
        return []

    def prepare(self):
        """Writes what the program reads at start."""

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"),
                "BENCH_BODY": self.bench.body}

    def spawn(self):
        """Starts it without waiting, on a free port."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.port = client.free_port()
        self.prepare()
        command = [str(word) for word in self.command()]
        with open(self.scratch / "output", "wb") as output, \
                process.pinned(SERVER_CPU):
            self.begun = time.monotonic()
            self.process = subprocess.Popen(
                command, cwd=self.scratch, env=self.environment(),
                stdin=subprocess.DEVNULL, stdout=self.stdout(output),
                stderr=output, start_new_session=True)

    def stdout(self, output):
        return output

    def first_answer(self):
        """Asks until it answers, without a pause.  Returns the body."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                connection = client.Connection(self.port, self.bench.path)
            except ConnectionRefusedError:
                continue
            try:
                status, body = connection.get()
            except ConnectionError:
                continue
            finally:
                connection.close()
            if status == 200:
                return body.decode()
            raise RuntimeError(f"{self.name}: GET {self.bench.path} answers "
                               f"{status}; --path names another")
        raise RuntimeError(f"{self.name} did not start; it said:\n"
                           + self.output())

    def check(self, body):
        if body != self.bench.body:
            raise RuntimeError(f"{self.name} answers {body!r}, the others "
                               f"{self.bench.body!r}")

    def output(self):
        text = (self.scratch / "output").read_text(errors="replace")
        return text[-2000:]

    def __enter__(self):
        try:
            self.spawn()
            self.check(self.first_answer())
            self.pids = process.tree(self.process.pid)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Asks it to end; what is still there after a while is killed."""
        if self.process is None:
            return
        pids = process.tree(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in pids[1:]:
            # Its session tells it from another that got its number.
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(pid) == pids[0]:
                    os.kill(pid, signal.SIGKILL)
        self.process = None


class Tomodachi(Server):
    name = "tomodachi"
    access_log = "false"

    def files_needed(self):
        return [self.bench.build / "tomodachi", self.bench.service]

    def command(self):
        options = {
            "http.host": "127.0.0.1",
            "http.port": self.port,
            "http.access_log": self.access_log,
            "http.keepalive_timeout": KEEPALIVE_S,
        }
        command = [self.bench.build / "tomodachi", "run", self.bench.service,
                   "--production"]
        for key, value in options.items():
            command += ["--option", f"{key}={value}"]
        return command

    # Access records also go to standard output, which is not measured.
    def stdout(self, output):
        return subprocess.DEVNULL

    def body(self):
        """What the service answers."""
        try:
            self.spawn()
            return self.first_answer()
        finally:
            self.stop()


class TomodachiLogging(Tomodachi):
    name = "tomodachi+log"

    @property
    def access_log(self):
        return self.scratch / "access.log"

    def prepare(self):
        self.access_log.unlink(missing_ok=True)

    def stop(self):
        super().stop()
        self.access_log.unlink(missing_ok=True)


class Epoll(Server):
    name = "epoll"

    def files_needed(self):
        return [self.bench.build / "bench" / self.name]

    def command(self):
        return [*self.files_needed(), self.port, self.bench.body]


class Libevent(Epoll):
    name = "libevent+llhttp"

    def files_needed(self):
        return [self.bench.build / "bench" / "libevent"]


class Nginx(Server):
    name = "nginx"
    conf = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile {limit};
pid {scratch}/pid;
lock_file {scratch}/lock;
error_log {scratch}/error.log;
events {{
    use epoll;
    worker_connections {connections};
}}
http {{
    access_log off;
    keepalive_timeout {keepalive};
    keepalive_requests 1000000000;
    keepalive_time 24h;
    client_body_temp_path {scratch}/body;
    proxy_temp_path {scratch}/proxy;
    fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi;
    scgi_temp_path {scratch}/scgi;
    default_type "text/plain; charset=utf-8";
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            return 200 "{body}";
        }}
    }}
}}
"""

    def files_needed(self):
        return [nginx_path()]

    def prepare(self):
        if "$" in self.bench.body:
            raise RuntimeError("nginx has no way to write a $ in a body")
        quoted = self.bench.body.replace("\\", "\\\\").replace('"', '\\"')
        (self.scratch / "conf").write_text(self.conf.format(
            scratch=self.scratch, port=self.port, body=quoted,
            connections=MAX_CONNECTIONS, keepalive=KEEPALIVE_S,
            limit=MAX_CONNECTIONS + 1000))

    def command(self):
        # Without -e the compiled-in error log is opened first.
        return [nginx_path(), "-e", self.scratch / "error.log",
                "-p", self.scratch, "-c", self.scratch / "conf"]


def nginx_path():
    """nginx is where root looks, which may not be in a user's PATH."""
    return shutil.which("nginx") or "/usr/sbin/nginx"


class Kore(Server):
    name = "kore"
    conf = """\
workers 1
worker_set_affinity 0
worker_max_connections {connections}
worker_rlimit_nofiles {limit}
socket_backlog 4096
http_keepalive_time {keepalive}
http_hsts_enable 0
pidfile {scratch}/pid
load {module}
server bench {{
    bind 127.0.0.1 {port}
    tls no
}}
domain * {{
    attach bench
    route ^/.*$ hello
}}
"""

    def module(self):
        return self.bench.build / "bench" / "kore_hello.so"

    def files_needed(self):
        return ["kore", self.module()]

    def prepare(self):
        (self.scratch / "conf").write_text(self.conf.format(
            scratch=self.scratch, port=self.port, module=self.module(),
            connections=MAX_CONNECTIONS, keepalive=KEEPALIVE_S,
            limit=MAX_CONNECTIONS + 1000))

    def command(self):
        # In the foreground, without chroot, as the user who started it.
        return ["kore", "-f", "-n", "-r", "-c", self.scratch / "conf"]


ALL = (Tomodachi, TomodachiLogging, Epoll, Libevent, Nginx, Kore)


def find(bench, names):
    """The servers of these names (all if None) that can run, and a line for
    each that cannot."""
    found, skipped = [], []
    for kind in ALL:
        if names is not None and kind.name not in names:
            continue
        server = kind(bench)
        lacks = server.missing()
        if lacks is None:
            found.append(server)
        else:
            skipped.append(f"{kind.name} is left out: no {lacks}")
    return found, skipped
