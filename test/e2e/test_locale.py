"""A service may set a locale; what the runner writes stays the standard's."""

import email.utils
import os
import subprocess

from runner import environment
from served import Served
from wire import Wire

CHANGED = 1700000000
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"


def french(folder):
    """An environment where all is to be said in French."""
    subprocess.run(["localedef", "-i", "fr_FR", "-f", "UTF-8",
                    os.path.join(folder, "fr_FR.UTF-8")], check=True)
    return environment(LOCPATH=str(folder), LC_ALL="fr_FR.UTF-8")


def test_dates_are_in_english_whatever_language_a_service_speaks(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"file")
    os.utime(tmp_path / "a.txt", (CHANGED, CHANGED))
    with Served("locale", cwd=tmp_path, env=french(tmp_path)) as served, \
            Wire(served.port) as wire:
        answer = wire.get("/text")
        date = answer.header("Date")
        assert date == email.utils.format_datetime(
            email.utils.parsedate_to_datetime(date), usegmt=True)
        assert answer.header("Set-Cookie") == f"a=1; Expires={DATE}"
        assert wire.get("/file").header("Last-Modified") == DATE
        assert wire.get("/file", f"If-Modified-Since: {DATE}").status == 304
