#!/usr/bin/env python3
"""What the public headers declare, read from their preprocessed text.

names   the symbols that the runner exports, one a line
fields  STRUCT.FIELD of each public struct, one a line
numbers the names of numbers (from "cc -E -dM"), one a line
source  C that defines each symbol, and a function that takes each struct:
        the border as something that abidw can look at, free of the runner's
        insides
"""

import re
import sys

API = '__attribute__((visibility("default")))'


def declarations(text):
    """The texts of what is marked TOMO_API, without attributes and extern."""
    for piece in text.split(API)[1:]:
        piece = piece.split(";")[0]
        piece = re.sub(r"__attribute__\(\(.*?\)\)\)+", "", piece, flags=re.S)
        yield " ".join(piece.replace("extern ", "").split())


def name_of(declaration):
    return re.search(r"\b(tomo_\w+)\s*(\(|\[|$)", declaration).group(1)


def structs(text):
    found = re.findall(r"\bstruct (tomo_\w+)\s*\{(.*?)\n\};", text, re.S)
    for name, body in found:
        fields = [field for field in body.split(";") if field.strip()]
        yield name, [field_name(field) for field in fields]


def field_name(field):
    pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)", field)
    if pointer:
        return pointer.group(1)
    return re.search(r"(\w+)\s*(\[[^\]]*\]\s*)*$", field.strip()).group(1)


def source(text, includes):
    lines = [f"#include <{name}>" for name in includes]
    for declaration in declarations(text):
        if "(" in declaration:
            lines.append(f"{declaration} {{ __builtin_trap(); }}")
        else:
            lines.append(f"{declaration} = {{ 0 }};")
    for name, _ in structs(text):
        lines.append(f"{API} void surface_{name}(struct {name} *it);")
        lines.append(f"void surface_{name}(struct {name} *it) {{ (void)it; }}")
    return lines


def main():
    what, includes, text = sys.argv[1], sys.argv[2:], sys.stdin.read()
    if what == "names":
        names = {name_of(declaration) for declaration in declarations(text)}
        # The one that a service exports, for the runner.
        lines = sorted(names - {"tomo_service"})
    elif what == "fields":
        lines = sorted(f"{name}.{field}" for name, fields in structs(text)
                       for field in fields)
    elif what == "numbers":
        lines = sorted(re.findall(r"^#define (TOMO_\w+) \(?-?\d+u?\)?$", text,
                                  re.M))
    else:
        lines = source(text, includes)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
