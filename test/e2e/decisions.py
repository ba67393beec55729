"""Where HTTP cases are decided otherwise than the Python library does, as the
table of docs/http.md; "make docs" puts it there."""

import json
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATH = os.path.join(ROOT, "test", "vectors", "http_decided.json")
BEGIN, END = "<!-- decisions -->\n", "<!-- /decisions -->\n"


def load():
    with open(PATH, encoding="utf-8") as file:
        return json.load(file)


def table():
    """One row for all cases of a decision."""
    rows = {}
    for decision in load():
        words = tuple(decision[key] for key in ("python", "here", "reason"))
        rows.setdefault(words, []).extend(decision["cases"])
    lines = ["| there | here | why | cases |", "| --- | --- | --- | --- |"]
    for (python, here, reason), cases in rows.items():
        names = ", ".join(f"`{name}`" for name in cases)
        lines.append(f"| {python} | {here} | {reason} | {names} |")
    return "\n".join(lines) + "\n"


def in_page(page):
    """The page with a fresh table."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + table() + "\n" + END + after


def main():
    path = os.path.join(ROOT, "docs", "http.md")
    with open(path, encoding="utf-8") as file:
        page = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(in_page(page))


if __name__ == "__main__":
    main()
