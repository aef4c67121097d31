"""Records ./pairstream demo and its dashboard as one animated picture: python3 record_demo.py demo.gif

Needs chromium, Pillow and websocket-client, and DejaVu Sans Mono. Run it from the repository's root.
"""

import base64
import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
import urllib.request

import websocket
from PIL import Image, ImageDraw, ImageFont

WIDTH, PAGE_HEIGHT, ROWS, ROW_HEIGHT = 800, 500, 14, 18
FONT = ImageFont.truetype("DejaVuSansMono.ttf", 13)


class Page:
    """A page of a headless browser, 1280 × 800 px."""

    def __init__(self) -> None:
        self.browser = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-port=0",
             f"--user-data-dir={tempfile.mkdtemp()}", "about:blank"], stderr=subprocess.PIPE, text=True)
        port = next(found[1] for line in self.browser.stderr if (found := re.search(r"ws://127\.0\.0\.1:(\d+)", line)))
        targets = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
        address = next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page")
        self.socket = websocket.create_connection(address, suppress_origin=True)
        self.call("Emulation.setDeviceMetricsOverride", width=1280, height=800, deviceScaleFactor=1, mobile=False)

    def call(self, method: str, **params) -> dict:
        self.socket.send(json.dumps({"id": 1, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != 1:
            pass
        return answer.get("result", {})

    def picture(self) -> Image.Image | None:
        """What it shows; None while it loads."""
        png = base64.b64decode(self.call("Page.captureScreenshot", format="png").get("data", ""))
        return png and Image.open(io.BytesIO(png)).convert("RGB").resize((WIDTH, PAGE_HEIGHT), Image.LANCZOS)

    def verdict(self) -> str:
        found = self.call("Runtime.evaluate", expression="document.querySelector('.banner-word')?.innerText")
        return found["result"].get("value", "")


def frame(text: str, page: Image.Image | None) -> Image.Image:
    """The last rows of a terminal above a page."""
    rows = ["$ ./pairstream demo"]
    rows += [line.rstrip("\r").split("\r")[-1] for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).split("\n")]
    top = ROWS * ROW_HEIGHT + 16
    both = Image.new("RGB", (WIDTH, top + PAGE_HEIGHT), (255, 255, 255))
    draw = ImageDraw.Draw(both)
    draw.rectangle((0, 0, WIDTH, top), fill=(24, 26, 31))
    for i, row in enumerate(rows[-ROWS:]):
        draw.text((12, 8 + i * ROW_HEIGHT), row[:98], font=FONT, fill=(222, 226, 232))
    if page:
        both.paste(page, (0, top))
    return both


def main(out: str) -> None:
    page = Page()
    child, terminal = pty.fork()
    if child == 0:
        os.execvp("./pairstream", ["./pairstream", "demo"])
    text, visited, shown, frames, end = "", None, None, [], 0.0
    while not end or time.monotonic() < end:
        began = time.monotonic()
        while (left := began + 0.6 - time.monotonic()) > 0:
            if select.select([terminal], [], [], left)[0]:
                text += os.read(terminal, 65536).decode()
        address = re.search(r"watch it: (\S+)", text)
        if address and not visited:
            visited = page.call("Page.navigate", url=address[1])
        if address:
            shown = page.picture() or shown
        if not end and "Ctrl-C" in text and page.verdict() in ("OK", "IDLE"):
            end = time.monotonic() + 3
        # The summary is what a person looks at: what follows it says how to go on.
        frames.append(frame(text.split("\nTry next")[0], shown))
    os.kill(child, 2)
    os.waitpid(child, 0)
    page.browser.terminate()
    kept = [one for i, one in enumerate(frames) if i == 0 or one.tobytes() != frames[i - 1].tobytes()]
    palette = kept[-1].quantize(128)
    pictures = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in kept]
    durations = [250] * (len(pictures) - 1) + [6000]
    pictures[0].save(out, save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True)
    print(f"{out}: {len(pictures)} pictures, {os.path.getsize(out) // 1024} KiB")


if __name__ == "__main__":
    main(sys.argv[1])
