"""Pages in a headless Chromium, by its own protocol."""

import asyncio
import http.client
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time

import websockets

from runner import LIMIT, until

# Slow machines start it slowly.
START_S = 60


class Page:
    """One tab."""

    def __init__(self, socket):
        self.socket = socket
        self.ids = itertools.count(1)

    async def call(self, method, **params):
        number = next(self.ids)
        await self.socket.send(json.dumps(
            {"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(await self.socket.recv())
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    async def run(self, script):
        """The value of an expression; waits for it if it is a promise."""
        answer = await self.call("Runtime.evaluate", expression=script,
                                 awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def wait_for(self, script):
        """Until the expression is true, whatever page is there by then."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            answer = await self.call("Runtime.evaluate", returnByValue=True,
                                     expression=script)
            if answer["result"].get("value") is True:
                return
            await asyncio.sleep(0.02)
        raise AssertionError((script,
                              await self.run("document.body.innerText")))


class Browser:
    def __enter__(self):
        self.folder = tempfile.mkdtemp()
        self.process = subprocess.Popen(
            [shutil.which("chromium"), "--headless=new", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--remote-debugging-port=0", f"--user-data-dir={self.folder}",
             "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        path = os.path.join(self.folder, "DevToolsActivePort")
        until(lambda: os.path.exists(path) and os.path.getsize(path),
              "chromium listens", START_S)
        with open(path, encoding="ascii") as file:
            self.port = int(file.readline())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def open(self, url):
        """A page with that address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("PUT", "/json/new?" + url)
        target = json.loads(connection.getresponse().read())
        connection.close()
        socket = await websockets.connect(target["webSocketDebuggerUrl"],
                                          max_size=None, ping_interval=None)
        page = Page(socket)
        await page.wait_for("location.href !== 'about:blank' && "
                            "document.readyState === 'complete'")
        return page
