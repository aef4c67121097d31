"""Takes the pictures of the dashboard again: python3 record_pages.py http://127.0.0.1:8082 [KEY]

Needs what record_demo.py needs, and a dashboard whose pairs are those of ./pairstream demo. With a key of the scope
review also the picture of a decision.
"""

import base64
import io
import json
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image
from record_demo import Page

FOLDER = Path(__file__).parent
READY = "document.documentElement.dataset.state === 'ready' && !document.querySelector('.skeleton')"
LOG_IN = """
fetch("/v1/session", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({key: "%s"})})
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


class Dashboard(Page):
    """The dashboard in a browser."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address.rstrip("/")
        self.call("Page.enable")

    def ask(self, path: str) -> dict:
        return json.load(urllib.request.urlopen(self.address + path))

    def run(self, script: str) -> object:
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return found.get("result", {}).get("value")

    def ready(self) -> None:
        while not self.run(READY):
            time.sleep(0.5)
        time.sleep(2)

    def open(self, view: str, width: int = 1280, height: int = 1000, colours: str = "light") -> None:
        phone = width < 600
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, mobile=phone,
                  deviceScaleFactor=2 if phone else 1)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": colours}])
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=f"{self.address}/#/{view}")
        self.ready()

    def take(self, name: str, height: int = 0) -> None:
        """Writes a picture of the page, of its first pixels where a height is given."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"], "scale": 1}
        png = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
        out = FOLDER / f"dashboard-{name}.png"
        picture.quantize(256, dither=Image.Dither.NONE).save(out, optimize=True)
        print(f"{out}: {picture.width} x {picture.height}, {out.stat().st_size // 1024} KiB")


def main(address: str, key: str = "") -> None:
    page = Dashboard(address)
    kept = page.ask("/v1/pairs?status=TRAINING&limit=1")["pairs"][0]["id"]
    rejected = page.ask("/v1/pairs?reason=CAPTION_TOO_SHORT&limit=1")["pairs"][0]["id"]
    cell = "quarantine?reason=IMAGE_TOO_SMALL"
    for name, view, *colours in [
        ("overview-light", "overview"), ("overview-dark", "overview", "dark"), ("lag-light", "lag"),
        ("pair-light", f"pair/{kept}"), ("pair-rejected-light", f"pair/{rejected}"), ("quarantine-light", cell),
        ("profile-light", "profile"),
    ]:
        page.open(view, 1280, 1000, *colours)
        page.take(name)
    page.open("overview", 390, 844)
    page.take("phone", 844)
    if key:
        page.open("overview")
        page.run(LOG_IN % key)
        page.open(cell)
        page.run(CHOOSE)
        page.take("review", 1000)
    page.browser.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
