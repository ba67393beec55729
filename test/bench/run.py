"""Measures the runner beside its peers in one run: see "make bench".

Tables go to standard output, all figures to BUILD/bench/result.json.
A measurement is a module with NAME, measure(), targets() and table().
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import signal
import sys

import http_speed
import idle_memory
import process
import servers
import start_time
import websocket_speed

# Above this share taken by others the figures are only rough.
NOISY = 0.1

MEASUREMENTS = (http_speed, idle_memory, start_time, websocket_speed)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default="build",
                        help="folder of what make built")
    parser.add_argument("--rounds", type=int, default=10,
                        help="rounds of the http measurement")
    parser.add_argument("--seconds", type=float, default=1,
                        help="load on each server in a round")
    parser.add_argument("--only", action="append",
                        choices=[module.NAME for module in MEASUREMENTS],
                        help="measure only this; may be given again")
    parser.add_argument("--server", action="append",
                        choices=[kind.name for kind in servers.ALL],
                        help="only this server; may be given again")
    parser.add_argument("--service", type=pathlib.Path,
                        help="service to run instead of the hello service")
    parser.add_argument("--path", default="/", help="path to ask for")
    parser.add_argument("--strict", action="store_true",
                        help="fail if a target is missed or not measured")
    args = parser.parse_args()
    args.build = args.build.resolve()
    if args.service is None:
        args.service = args.build / "sample_services" / "hello.so"
    return args


def progress(line):
    print(line, file=sys.stderr, flush=True)


def raise_fd_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def disturbance(before, after):
    """The shares of the machine that others took between two readings."""
    ours, used, stolen, total = (b - a for a, b in zip(before, after))
    return {"others": max(0, used - ours) / total, "host": stolen / total}


def describe(disturbed):
    line = (f"  meanwhile other programs used {disturbed['others']:.0%} "
            f"of the machine, its host {disturbed['host']:.0%}")
    if sum(disturbed.values()) > NOISY:
        line += ": rough figures"
    return line


def print_targets(rows):
    print("\nTargets\n")
    for row in rows:
        word = {None: "not measured", True: "pass", False: "MISS"}
        measured = row["measured"]
        value = "" if measured is None else (
            f"{measured['median']:.4g} [{measured['q1']:.4g} "
            f"{measured['q3']:.4g}]")
        bound = f"{'>=' if row['at_least'] else '<='} {row['bound']:g}"
        print(f"  {word[row['passed']]:13}{row['text']:60} {bound:9}"
              f"{value}".rstrip())


def run(args):
    if os.cpu_count() < 2:
        raise RuntimeError("the load generator needs a CPU of its own")
    raise_fd_limit()
    bench = servers.Bench(args)
    found, skipped = servers.find(bench, args.server)
    for line in skipped:
        progress(line)
    if not found:
        raise RuntimeError("nothing to measure")
    bench.learn_body(found)
    result = {"machine": platform.platform(), "body": bench.body,
              "rounds": args.rounds, "seconds": args.seconds,
              "left_out": skipped, "targets": []}
    for module in MEASUREMENTS:
        if args.only and module.NAME not in args.only:
            continue
        before = process.machine_s()
        measured = module.measure(found, args, progress)
        disturbed = disturbance(before, process.machine_s())
        result[module.NAME] = {**measured, "disturbed": disturbed}
        result["targets"] += module.targets(measured)
        print("\n".join(["", *module.table(measured), "",
                         describe(disturbed)]), flush=True)
    print_targets(result["targets"])
    (args.build / "bench" / "result.json").write_text(
        json.dumps(result, indent=1) + "\n")
    return all(row["passed"] for row in result["targets"])


def main():
    # So that a stop, too, stops what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    args = arguments()
    try:
        passed = run(args)
    except (RuntimeError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 1 if args.strict and not passed else 0


if __name__ == "__main__":
    sys.exit(main())
