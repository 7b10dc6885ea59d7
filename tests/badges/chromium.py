"""Debian's Chromium, driven by Playwright: what a browser's canvas draws is what the badge has to look like."""

import base64
import contextlib
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page
from tests.browser import open_browser

from ticketsonic.badges.fonts import folder_of

# The plugin's own preview as contract.md §4 gives its formulas, and nothing of ours: what we draw is held against it.
DRAW_ON_CANVAS = """
async ({millimetres, texts}) => {
  const [width, height] = millimetres.map((side) => side * 11.811);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const W = canvas.width, H = canvas.height;
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const boxes = [];
  for (const t of texts) {
    context.clearRect(0, 0, W, H);
    context.font = `${t.fontsize}pt Arial`;
    context.fillStyle = t.color;
    const F = Math.floor((4 * t.fontsize) / 3);
    const lines = t.break_distance > 0 ? t.text.split(" ") : [t.text];
    lines.forEach((line, i) => {
      const w = context.measureText(line).width;
      const dx = (W * t.horizontal_offset) / 100, dy = (H * t.vertical_offset) / 100;
      const x = {left: dx, center: W / 2 - w / 2 + dx, right: W - w - dx}[t.horizontal];
      const y = {top: F + dy, center: H / 2 + F / 2 + dy, bottom: H - dy}[t.vertical];
      context.fillText(line, x, y + i * (t.fontsize + t.break_distance));
    });
    const pixels = new Uint32Array(context.getImageData(0, 0, W, H).data.buffer);
    let [left, top, right, bottom] = [W, H, -1, -1];
    for (let y = 0, at = 0; y < H; y++) {
      for (let x = 0; x < W; x++, at++) {
        if (pixels[at] >>> 24 > 127) {
          if (x < left) left = x;
          if (x > right) right = x;
          if (y < top) top = y;
          bottom = y;
        }
      }
    }
    boxes.push([left, top, right + 1, bottom + 1]);
  }
  return boxes;
}
"""


@contextlib.contextmanager
def open_canvas() -> Iterator[Page]:
    """A blank page in headless Chromium whose Arial is our Arimo."""
    (arimo,) = (path for path in folder_of("fontpkg_arimo").rglob("Arimo*.ttf") if "Italic" not in path.name)
    font = base64.b64encode(arimo.read_bytes()).decode("ascii")
    with open_browser() as browser:
        page = browser.new_page()
        page.set_content(
            "<style>@font-face { font-family: Arial; src: url(data:font/ttf;base64," + font + ") }</style>"
        )
        page.evaluate("document.fonts.load('30pt Arial')")
        assert page.evaluate("document.fonts.check('30pt Arial')")
        yield page


def canvas_boxes(page: Page, millimetres: tuple[int, int], texts: list[dict[str, Any]]) -> list[list[int]]:
    """Where the ink of each text is on a canvas of that size: left, top, right, bottom in pixels."""
    boxes: list[list[int]] = page.evaluate(DRAW_ON_CANVAS, {"millimetres": millimetres, "texts": texts})
    return boxes
