#!/usr/bin/python3
"""Holds the walls that neither compiler nor formatter knows.

Lengths of files and functions, depth of nesting, which folder may include
which, to-dos without an issue, and what must not be in the repository.
"""

import re
import subprocess
import sys

MAX_FILE, MAX_HEADER, MAX_PUBLIC_HEADER = 500, 150, 250
MAX_FUNCTION, MAX_NESTING, MAX_PARAMETERS = 60, 3, 6
MAX_TEST = 100  # most of a test function is its table

# Who may include whom; a folder may always include its own.
ALLOWED = {
    "abi": set(),
    "runtime/base": {"abi"},
    "runtime/loop": {"abi", "runtime/base"},
    "runtime/service": {"abi", "runtime/base", "runtime/loop"},
    "runtime/watch": {"abi", "runtime/base"},
    "runtime/build": {"abi", "runtime/base"},
    "runtime/process": {"abi", "runtime/base", "runtime/loop",
                        "runtime/service", "runtime/watch",
                        "runtime/build"},
    "transports/net": {"abi", "runtime"},
    "transports/websocket": {"abi", "runtime", "transports/net",
                             "transports/http/upgrade.h"},
    "transports/": {"abi", "runtime", "transports/net"},
    "transports": {"abi", "runtime", "transports"},
    "cmd": {"abi", "runtime", "transports"},
    "sample_services": {"abi"},
    "test": {"abi", "runtime", "transports", "cmd", "test"},
}

FORBIDDEN = [
    (r"/(?:work|farm|root)/", "a path of some machine"),
    (r"registry\.npm|deb\.debian|pypi\.org", "a registry's host name"),
]

# They ask the locale, which a service may set; runtime/base/ascii.h does not.
OF_LOCALE = re.compile(
    r"\b(?:strn?casecmp|is(?:alnum|alpha|digit|xdigit|space|punct|print|upper"
    r"|lower)|to(?:lower|upper))\(\w")

INSIDE = ("runtime", "transports", "cmd")

faults = []


def fault(path, line, text):
    faults.append(f"{path}:{line}: {text}")


def folder_of(path):
    parts = path.split("/")
    if parts[0] == "runtime":
        return "/".join(parts[:2])
    if parts[0] == "transports":
        return "/".join(parts[:2]) if len(parts) > 2 else "transports"
    return parts[0]


def allowed_for(folder):
    if folder in ALLOWED:
        return ALLOWED[folder]
    return ALLOWED["transports/"]


def check_includes(path, lines):
    folder = folder_of(path)
    for number, line in enumerate(lines, 1):
        match = re.match(r'#include ([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        target = match.group(2)
        if match.group(1) == "<":
            continue
        if folder_of(target) == folder:
            continue
        if not any(target == ok or target.startswith(ok + "/")
                   for ok in allowed_for(folder)):
            fault(path, number, f"{folder} may not include {target}")


def check_length(path, lines):
    limit = MAX_FILE
    if path.endswith(".h"):
        limit = MAX_PUBLIC_HEADER if path.startswith("abi/") else MAX_HEADER
    if len(lines) > limit:
        fault(path, len(lines), f"{len(lines)} lines, want {limit} at most")


def strip(text):
    """Blanks comments, strings and characters; keeps the lines."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text,
                  flags=re.S)


def check_functions(path, text):
    lines = strip(text).split("\n")
    start = depth = deepest = 0
    name = ""
    for number, line in enumerate(lines, 1):
        if depth == 0 and (match := re.match(r"(\w+)\(", line)):
            name = match.group(1)
        if line.startswith("{"):
            start = number
            deepest = 0
        before = depth
        if not line.startswith("#"):
            depth += line.count("{") - line.count("}")
        # A switch's own brace is no level: its cases stand at its depth.
        deepest = max(deepest, depth, before)
        if start and line.startswith("}"):
            limit = MAX_TEST if path.startswith("test/") else MAX_FUNCTION
            if number - start - 1 > limit:
                fault(path, start, f"{name}: {number - start - 1} lines, "
                                   f"want {limit} at most")
            if deepest > MAX_NESTING + 1:
                fault(path, start, f"{name}: nested {deepest - 1} deep, "
                                   f"want {MAX_NESTING} at most")
            start = 0
    for match in re.finditer(r"^(\w+)\(([^;{]*?)\)\n\{", strip(text),
                             flags=re.M):
        count = len(re.sub(r"\([^()]*\)", "", match.group(2)).split(","))
        if count > MAX_PARAMETERS and not path.startswith("test/"):
            number = strip(text)[:match.start()].count("\n") + 1
            fault(path, number, f"{match.group(1)}: {count} parameters, want "
                                f"{MAX_PARAMETERS} at most")


def check_words(path, lines):
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b(?!.*#\d)", line):
            fault(path, number, "a to-do carries an issue number")
        if folder_of(path).startswith(INSIDE) and OF_LOCALE.search(line):
            fault(path, number, "asks the locale: see runtime/base/ascii.h")
        for pattern, what in FORBIDDEN:
            if re.search(pattern, line) and path != "test/lint.py":
                fault(path, number, what)


def check_lock_file(path, text):
    if '"resolved"' in text:
        fault(path, 1, "a lock file with registry addresses")


def main():
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], check=True,
        capture_output=True, text=True).stdout.split("\n")
    for path in filter(None, files):
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        lines = text.splitlines()
        if "/corpus/" in path:
            continue
        check_words(path, lines)
        if path.endswith("package-lock.json"):
            check_lock_file(path, text)
        if path.endswith((".c", ".h")):
            check_includes(path, lines)
            check_length(path, lines)
        if path.endswith(".c"):
            check_functions(path, text)
    print("\n".join(sorted(faults)) or "lint: nothing to say")
    return 1 if faults else 0


sys.exit(main())
