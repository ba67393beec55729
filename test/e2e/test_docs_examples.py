"""Each C example of the pages for service authors compiles.

A block is a file, functions, rows, or statements of a handler; what it names
and does not define is declared here, and nothing else is added to it.
"""

import os
import re
import subprocess

import pytest

from runner import ROOT

PAGES = ("http.md", "schedule.md", "services.md", "websocket.md")

# What examples call and leave to the reader.
PRELUDE = """
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include <tomodachi.h>

struct user;
struct user *find_user(const char *authorization);
void free_user(void *user);
int store(struct tomo_call *call, struct tomo_bytes bytes);
tomo_fn get_order, create_order, put_order, status, any_file, not_found, sorry,
    start, stop;
extern const char *id, *path;
extern void *order;
extern size_t waiting;
extern int code;
"""


def blocks():
    for page in PAGES:
        with open(os.path.join(ROOT, "docs", page), encoding="utf-8") as file:
            text = file.read()
        for match in re.finditer(r"^```c\n(.*?)^```$", text, re.M | re.S):
            line = text.count("\n", 0, match.start()) + 1
            yield pytest.param(match.group(1), id=f"{page}:{line}")


def rows(lines):
    return ("TOMO_SERVICE(.name = \"example\", .handlers = TOMO_HANDLERS(\n"
            + "\n".join(lines).rstrip().rstrip(",") + "));\n")


def complete(block):
    """The block as a file of its own."""
    lines = block.splitlines()
    if lines[0].startswith(("TOMO_HTTP", "TOMO_SCHEDULE")):
        return PRELUDE + rows(lines)
    if not lines[0].startswith(("static ", "struct ", "#include")):
        return (PRELUDE + "int example(struct tomo_call *call);\nint\n"
                "example(struct tomo_call *call)\n{\n" + block +
                "\nreturn code;\n}\n")
    first = next((number for number, line in enumerate(lines)
                  if line.startswith("TOMO_HTTP")), len(lines))
    end = rows(lines[first:]) if first < len(lines) else ""
    return PRELUDE + "\n".join(lines[:first]) + "\n" + end


@pytest.mark.parametrize("block", blocks())
def test_compiles_without_a_warning(block):
    result = subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c11", "-fsyntax-only", "-Wall",
         "-Wextra", "-Werror", "-Wno-unused", "-I", os.path.join(ROOT, "abi"),
         "-x", "c", "-"],
        input=complete(block), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
