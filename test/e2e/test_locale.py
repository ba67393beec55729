"""A service may set a locale; what the runner writes stays the standard's."""

import email.utils
import os
import subprocess

from runner import environment
from served import Served
from wire import Wire

CHANGED = 1700000000
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"


def speaking(language, charset, folder):
    """An environment where all is to be said in a language."""
    name = f"{language}.{charset}"
    subprocess.run(["localedef", "-i", language, "-f", charset,
                    os.path.join(folder, name)], check=True)
    return environment(LOCPATH=str(folder), LC_ALL=name)


def test_dates_are_in_english_whatever_language_a_service_speaks(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"file")
    os.utime(tmp_path / "a.txt", (CHANGED, CHANGED))
    env = speaking("fr_FR", "UTF-8", tmp_path)
    with Served("locale", cwd=tmp_path, env=env) as served, \
            Wire(served.port) as wire:
        answer = wire.get("/text")
        date = answer.header("Date")
        assert date == email.utils.format_datetime(
            email.utils.parsedate_to_datetime(date), usegmt=True)
        assert answer.header("Set-Cookie") == f"a=1; Expires={DATE}"
        assert wire.get("/file").header("Last-Modified") == DATE
        assert wire.get("/file", f"If-Modified-Since: {DATE}").status == 304


def test_names_match_in_any_case_where_i_is_no_small_letter_of_i(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"file")
    os.utime(tmp_path / "a.txt", (CHANGED, CHANGED))
    env = speaking("tr_TR", "ISO-8859-9", tmp_path)
    with Served("locale", cwd=tmp_path, env=env) as served, \
            Wire(served.port) as wire:
        for name in ("If-Modified-Since", "IF-MODIFIED-SINCE"):
            assert wire.get("/file", f"{name}: {DATE}").status == 304
