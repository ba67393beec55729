"""Builds of the crash service that differ in what they say and do."""

from runner import service

CRASH = service("crash")


def generation(path, version):
    """Puts a build of the crash service there that says this version."""
    assert len(version) == len("version-1")
    with open(CRASH, "rb") as built:
        data = built.read()
    assert data.count(b"version-1\0") == 1
    new = path.with_name(path.name + ".new")
    new.write_bytes(data.replace(b"version-1\0", version.encode() + b"\0"))
    new.rename(path)
