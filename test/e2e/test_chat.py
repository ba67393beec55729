"""The chat sample: its protocol, and its page in a browser."""

import asyncio
import json
import os
import shutil
import signal

import pytest

from browser import Browser
from runner import ROOT, sample
from served import Served
from ws_wire import Socket

FOLDER = os.path.join(ROOT, "sample_services")


def chat(**more):
    return Served("chat", files=[more.pop("file", sample("chat"))], cwd=FOLDER,
                  **more)


class Guest(Socket):
    def __init__(self, port, name):
        super().__init__(port, "/room?name=" + name)

    def hear(self, kind):
        """The next event of that type."""
        while (event := json.loads(self.text()))["type"] != kind:
            pass
        return event

    def say(self, text):
        self.tell(json.dumps({"say": text}))


def test_guests_hear_each_other_and_see_who_is_here():
    with chat() as server:
        with Guest(server.port, "ann") as ann:
            assert ann.hear("welcome") == {"type": "welcome", "name": "ann",
                                           "history": []}
            ann.say("hello?")
            ann.hear("said")
            with Guest(server.port, "ann") as other:
                welcome = other.hear("welcome")
                assert welcome["name"] == "ann 2"
                assert [said["text"] for said in welcome["history"]] == \
                    ["hello?"]
                other.say("hi <b>ann</b>")
                said = ann.hear("said")
                assert (said["name"], said["text"]) == \
                    ("ann 2", "hi <b>ann</b>")
            while ann.hear("here")["names"] != ["ann"]:
                pass


def test_nonsense_is_no_harm():
    with chat() as server, Guest(server.port, "%ff") as guest:
        assert guest.hear("welcome")["name"] == "guest"
        for text in ("", "[]", "{", '{"say": 1}', '{"say": ""}', "\0"):
            guest.tell(text)
        guest.say("sense")
        assert guest.hear("said")["text"] == "sense"


def test_the_page_is_served():
    with chat() as server:
        for path in ("/", "/chat.css", "/chat.js"):
            assert server.get(path)[0] == 200


ENTER = """
    document.getElementById('name').value = '{name}';
    document.getElementById('door').requestSubmit();
"""
SAY = """
    document.getElementById('text').value = '{text}';
    document.getElementById('mouth').requestSubmit();
"""
LINES = "[...document.querySelectorAll('#talk li:not(.waits)')]" \
        ".map(line => line.querySelector('.who').textContent + ': ' + " \
        "line.lastChild.textContent)"


async def talk(server, browser):
    pages = []
    for name in ("ann", "bob"):
        page = await browser.open(f"http://127.0.0.1:{server.port}/")
        await page.run(ENTER.format(name=name))
        pages.append(page)
    ann, bob = pages
    for page in pages:
        await page.wait_for("document.querySelectorAll('#here li').length == 2")
    await ann.run(SAY.format(text="hello <i>bob</i>"))
    await bob.wait_for(f"{LINES}.includes('ann: hello <i>bob</i>')")
    await bob.run(SAY.format(text="hello ann"))
    await ann.wait_for(f"{LINES}.includes('bob: hello ann')")

    server.kill(signal.SIGHUP)
    server.record("reloaded")
    for page in pages:
        await page.wait_for("document.querySelectorAll('#here li').length == 2"
                            " && !document.querySelector('#room.away')")
    await bob.run(SAY.format(text="still there?"))
    await ann.wait_for(f"{LINES}.includes('bob: still there?')")
    await ann.run(SAY.format(text="sure"))
    await bob.wait_for(f"{LINES}.includes('ann: sure')")
    for page in pages:
        assert await page.run(LINES) == [
            "ann: hello <i>bob</i>", "bob: hello ann", "bob: still there?",
            "ann: sure"]
        await page.socket.close()


@pytest.mark.skipif(not shutil.which("chromium"), reason="no chromium")
def test_two_pages_talk_to_each_other_through_a_reload(tmp_path):
    path = str(tmp_path / "chat.so")
    shutil.copy(sample("chat"), path)
    with chat(file=path) as server, Browser() as browser:
        asyncio.run(talk(server, browser))
