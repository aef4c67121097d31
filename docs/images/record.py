"""Makes all pictures of the docs anew: python3 docs/images/record.py

Starts ./pairstream demo, records it as demo.gif, takes the dashboard's pictures, and stops preprocessing for those that show
trouble. pictures.json says which words stood on each page; DocsTest is red once the pages have them no longer. Needs
chromium, Pillow, websocket-client, DejaVu Sans Mono and a Chinese font; takes about five minutes.
"""

import base64
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
DESK, PHONE = (1280, 1000), (390, 844)

WIDTH, PAGE_HEIGHT, ROWS, ROW_HEIGHT = 800, 500, 14, 18
SECONDS_A_FRAME, MS_A_FRAME, MS_THE_LAST = 0.6, 250, 6000

# A page is taken once nothing of it is being loaded.
READY = """
document.documentElement.dataset.state === "ready" && !document.querySelector(".skeleton")
  && [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight)
"""
LABELS = "nav a, h1, h2, h3, thead th, dt, label, legend, .legend li, button, summary, .switch a"
SEEN = """
(() => {
  const texts = (selector) => [...document.querySelectorAll(selector)].filter((it) => it.checkVisibility()).map((it) => it.textContent.trim());
  const nodes = [...document.querySelectorAll(".graph .box > title")].map((title) => title.textContent.split("\\n")[0]);
  return {labels: texts(%s), nodes};
})()
"""
LOG_IN = """
fetch("/v1/session", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({key: %s})})
  .then(({status}) => status)
"""
CHOOSE = """
(async () => {
  const turn = () => new Promise((done) => setTimeout(done, 500));
  for (const found of ["#choose-all", "[data-decision=ACCEPTED]"]) {
    document.querySelector(found).click();
    await turn();
  }
  document.querySelector("#review-comment").value = "Small pictures are welcome here.";
})()
"""


def ask(address: str) -> dict:
    return json.load(urllib.request.urlopen(address))


def require_chinese_font() -> None:
    """Ends the program where a browser would draw a box for each Chinese sign."""
    found = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True)
    if not found.stdout.strip():
        sys.exit("record: no Chinese font here (fc-list :lang=zh-cn names none): apt-get install fonts-noto-cjk")


class Demo:
    """./pairstream demo on a terminal of its own, and what it has written."""

    def __init__(self) -> None:
        subprocess.run(["./pairstream", "--version"], check=True, stdout=subprocess.DEVNULL)
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execvp("./pairstream", ["./pairstream", "demo"])
        self.text = ""

    def read(self, seconds: float) -> None:
        """Reads what it writes within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                self.text += os.read(self.terminal, 65536).decode()

    def said(self, pattern: str) -> str:
        """The group of a pattern in what it wrote; empty before it did."""
        found = re.search(pattern, self.text)
        return found[1] if found else ""

    def run(self, *command: str) -> str:
        """Runs another command of pairstream on its data, and gives what that printed."""
        words = ["./pairstream", *command, "--data-dir", self.said(r"--data-dir (\S+)")]
        return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def stop(self) -> None:
        os.kill(self.child, signal.SIGTERM)
        os.waitpid(self.child, 0)


class Browser:
    """A headless browser with one page."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--lang=en", "--remote-debugging-port=0",
             f"--user-data-dir={tempfile.mkdtemp()}", "about:blank"], stderr=subprocess.PIPE, text=True)
        port = next(found[1] for line in self.process.stderr if (found := re.search(r"ws://127\.0\.0\.1:(\d+)", line)))
        targets = ask(f"http://127.0.0.1:{port}/json")
        address = next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page")
        self.socket = websocket.create_connection(address, suppress_origin=True)
        self.call("Page.enable")

    def call(self, method: str, **params) -> dict:
        self.socket.send(json.dumps({"id": 1, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != 1:
            pass
        return answer.get("result", {})

    def run(self, script: str) -> object:
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return found.get("result", {}).get("value")

    def resize(self, size: tuple[int, int]) -> None:
        width, height = size
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, mobile=size == PHONE,
                  deviceScaleFactor=2 if size == PHONE else 1)

    def settle(self) -> None:
        """Waits until all that is seen of the page is loaded and drawn."""
        while not self.run(READY):
            time.sleep(0.5)
        time.sleep(2)

    def open(self, address: str, size: tuple[int, int] = DESK, colours: str = "light") -> None:
        self.resize(size)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": colours}])
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)

    def picture(self, **options) -> Image.Image | None:
        """What it shows; None while it loads."""
        png = base64.b64decode(self.call("Page.captureScreenshot", format="png", **options).get("data", ""))
        return Image.open(io.BytesIO(png)).convert("RGB") if png else None


class Pictures:
    """The pictures of the docs, and what is written of each in pictures.json."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.known = {}
        words = json.loads((ROOT / "operate/src/main/resources/io/pairstream/operate/web/words.en.json").read_text())
        self.words = {text for section in words.values() for text in section.values()}

    def note(self, file: Path, size: tuple[int, int]) -> None:
        """Notes the page's words that stand on a picture which was written."""
        seen = self.browser.run(SEEN % json.dumps(LABELS))
        labels = sorted(self.words & set(seen["labels"]))
        self.known[file.name] = {"size": list(size), "labels": labels, "nodes": seen["nodes"]}
        print(f"{file}: {size[0]} x {size[1]}, {file.stat().st_size // 1024} KiB, {len(labels)} labels")

    def take(self, name: str, is_whole: bool = True) -> None:
        """Writes a picture of the open page: of all of it, in a window as high as it is, or of what is seen first."""
        self.browser.settle()
        if is_whole:
            self.browser.resize((DESK[0], self.browser.call("Page.getLayoutMetrics")["cssContentSize"]["height"]))
            self.browser.settle()
        picture = self.browser.picture()
        file = FOLDER / f"dashboard-{name}.png"
        picture.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
        self.note(file, picture.size)

    def write(self) -> None:
        lines = json.dumps(self.known, indent=1, sort_keys=True, ensure_ascii=False)
        (FOLDER / "pictures.json").write_text(lines + "\n", encoding="utf-8")


def frame(text: str, page: Image.Image | None, font: ImageFont.FreeTypeFont) -> Image.Image:
    """The last rows of a terminal above a page."""
    rows = ["$ ./pairstream demo"]
    rows += [line.rstrip("\r").split("\r")[-1] for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).split("\n")]
    top = ROWS * ROW_HEIGHT + 16
    both = Image.new("RGB", (WIDTH, top + PAGE_HEIGHT), (255, 255, 255))
    draw = ImageDraw.Draw(both)
    draw.rectangle((0, 0, WIDTH, top), fill=(24, 26, 31))
    for i, row in enumerate(rows[-ROWS:]):
        draw.text((12, 8 + i * ROW_HEIGHT), row[:98], font=font, fill=(222, 226, 232))
    if page:
        both.paste(page.resize((WIDTH, PAGE_HEIGHT), Image.LANCZOS), (0, top))
    return both


def record(demo: Demo, browser: Browser, pictures: Pictures) -> str:
    """Records the demo until all its pairs are judged; gives the dashboard's address."""
    font = ImageFont.truetype("DejaVuSansMono.ttf", 13)
    address, shown, frames, end = "", None, [], 0.0
    while not end or time.monotonic() < end:
        demo.read(SECONDS_A_FRAME)
        if not address and (address := demo.said(r"watch it: (\S+)")):
            browser.open(address, (1280, 800))
        if address:
            shown = browser.picture() or shown
        if not end and "Ctrl-C" in demo.text and browser.run("document.querySelector('.banner-word')?.innerText") in ("OK", "IDLE"):
            end = time.monotonic() + 3
        # The summary is what a person looks at: what follows it says how to go on.
        frames.append(frame(demo.text.split("\nTry next")[0], shown, font))
    kept = [one for i, one in enumerate(frames) if i == 0 or one.tobytes() != frames[i - 1].tobytes()]
    palette = kept[-1].quantize(128)
    paled = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in kept]
    durations = [MS_A_FRAME] * (len(paled) - 1) + [MS_THE_LAST]
    file = FOLDER / "demo.gif"
    paled[0].save(file, save_all=True, append_images=paled[1:], duration=durations, loop=0, optimize=True)
    pictures.note(file, paled[0].size)
    return address


def take_calm(demo: Demo, browser: Browser, pictures: Pictures, address: str) -> None:
    """Takes the pages of a platform that is well."""
    kept, rejected = [ask(f"{address}/v1/pairs?{query}&limit=1")["pairs"][0]["id"]
                      for query in ("status=TRAINING", "reason=CAPTION_TOO_SHORT")]
    for name, view in [
        ("pair-light", f"pair/{kept}"), ("pair-rejected-light", f"pair/{rejected}"),
        ("quarantine-light", "quarantine?reason=IMAGE_TOO_SMALL"), ("profile-light", "profile"),
    ]:
        browser.open(f"{address}/#/{view}")
        pictures.take(name)
    browser.open(f"{address}/#/pairs?as=gallery")
    pictures.take("gallery", is_whole=False)
    browser.open(f"{address}/#/overview", PHONE)
    pictures.take("phone", is_whole=False)
    browser.open(f"{address}/#/overview")
    browser.run(LOG_IN % json.dumps(demo.run("keys", "create", "--producer", "ann", "--scope", "view,review")))
    browser.open(f"{address}/#/quarantine?reason=IMAGE_TOO_SMALL")
    while not browser.run("document.querySelector('#choose-all') !== null"):
        time.sleep(0.5)
    browser.run(CHOOSE)
    pictures.take("review", is_whole=False)
    browser.run("fetch('/v1/session', {method: 'DELETE'}).then(({status}) => status)")


def take_stopped(demo: Demo, browser: Browser, pictures: Pictures, address: str) -> None:
    """Takes the pages of a platform whose preprocessing is frozen while pairs arrive."""
    frozen = next(one["pid"] for one in ask(f"{address}/v1/overview")["instances"] if one["service"] == "preprocess")
    os.kill(frozen, signal.SIGSTOP)
    try:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["./pairstream", "draw", f"{folder}/drawn", "--pairs", "240"], check=True, stdout=subprocess.DEVNULL)
            demo.run("import", f"{folder}/drawn")
        while ask(f"{address}/v1/overview")["verdict"] != "STOP":
            demo.read(2)
        for name, view, colours in [("overview-light", "overview", "light"), ("overview-dark", "overview", "dark"), ("lag-light", "lag", "light")]:
            browser.open(f"{address}/#/{view}", DESK, colours)
            pictures.take(name)
    finally:
        os.kill(frozen, signal.SIGCONT)


def main() -> None:
    require_chinese_font()
    os.chdir(ROOT)
    browser = Browser()
    demo = Demo()
    try:
        pictures = Pictures(browser)
        address = record(demo, browser, pictures)
        take_calm(demo, browser, pictures, address)
        take_stopped(demo, browser, pictures, address)
        pictures.write()
    finally:
        demo.stop()
        browser.process.terminate()


if __name__ == "__main__":
    main()
