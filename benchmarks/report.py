"""The report's explorer in headless Chromium: bytes, first view, frames a second while panning, delay of hovering.

    python -m benchmarks.report [--run FOLDER ...] [--images N ...] [--rounds R] [--json FILE]

Without `--run`: the digits, whose shape clustering is made first (some seconds), and MNIST if a run of it is
in the folder that INKCLUSTER_RUN names. `--images` are numbers of synthetic images. Each page is opened `--rounds`
times in turns; the best of each counts, since what else the machine does only slows it. `painted` is the first paint, which
has the still picture of the map; `map` is when the live map is drawn; both in ms from opening the file. `frames` are
those drawn in three seconds of dragging, as the browser's own clock gives them. `hover` is from the pointer's event
to the frame after its image was drawn: the median and the longest of 40 images. Chromium here has no graphics card;
"webgl" makes the page believe in one, so that SwiftShader draws.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._bench import machine
from inkcluster.images import ImageSet, load
from inkcluster.report.page import html
from inkcluster.study.answer import Answer, Partition
from inkcluster.study.run.run import Run
from inkcluster.study.run.runner import study

SHORT = ("--images", "50000", "--rounds", "1")
"""The arguments of a short run, for ``python -m benchmarks``."""
SYNTHETIC = 1_000_000
WEBGL = 200_000
"""The page asks for a graphics card above this number of images."""

WATCH = """
window.seen = { frame: 0, drawn: new Set(), map: 0 };
const tick = () => { seen.frame++; requestAnimationFrame(tick); };
requestAnimationFrame(tick);
const count = (of, name) => {
  const real = of[name];
  of[name] = function (...all) { if (this.canvas.closest('[data-map]')) seen.drawn.add(seen.frame); return real.apply(this, all); };
};
count(CanvasRenderingContext2D.prototype, 'putImageData');
count(WebGL2RenderingContext.prototype, 'drawElements');
new MutationObserver((all, observer) => {
  if (!document.querySelector('#explorer[data-ready]')) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { seen.map = performance.now(); }));
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-ready'] });
"""
CARD = "WebGL2RenderingContext.prototype.getParameter = () => 'a graphics card';"
SEND = """
const map = document.querySelector('[data-map]');
const box = map.getBoundingClientRect();
const send = (type, x, y, buttons = 0) => map.dispatchEvent(new PointerEvent(type, {
  clientX: x, clientY: y, button: 0, buttons, pointerId: 1, pointerType: 'mouse', bubbles: true }));
const frame = () => new Promise((done) => requestAnimationFrame(done));
"""
PAN = f"""async () => {{
  {SEND}
  ink.map.zoom(2);
  for (let i = 0; i < 30; i++) await frame();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  send('pointerdown', x, y, 1);
  seen.drawn.clear();
  const start = performance.now();
  for (let i = 0; performance.now() - start < 3000; i++) {{
    send('pointermove', x + 60 * Math.sin(i / 9), y + 60 * Math.cos(i / 7), 1);
    await frame();
  }}
  const rate = seen.drawn.size / (performance.now() - start) * 1000;
  send('pointerup', x, y);
  ink.map.zoom(0);
  for (let i = 0; i < 30; i++) await frame();
  return rate;
}}"""
HOVER = f"""async () => {{
  {SEND}
  const panel = document.querySelector('[data-explore=image]');
  const real = CanvasRenderingContext2D.prototype.drawImage;
  let shown = () => {{}};
  CanvasRenderingContext2D.prototype.drawImage = function (...all) {{
    real.apply(this, all);
    if (panel.contains(this.canvas)) shown();
  }};
  const rows = await ink.column('rows');
  const [h, v] = [await ink.column('x'), await ink.column('y')];
  const {{ width, height, home, bottom }} = ink.map.state();
  const taken = [];
  for (let i = 0; taken.length < 40 && i < 400; i++) {{
    const row = rows[Math.floor((i + 0.5) * rows.length / 400)];
    const [x, y] = [(h[row] - home.left) * home.scale, (bottom - v[row] - home.top) * home.scale];
    if (x < 0 || y < 0 || x > width || y > height) continue;
    const start = performance.now();
    const drawn = new Promise((done) => {{ shown = () => done(true); }});
    send('pointermove', box.left + x, box.top + y);
    const late = new Promise((done) => setTimeout(() => done(false), 400));
    if (await Promise.race([drawn, late])) {{ await frame(); taken.push(performance.now() - start); }}
  }}
  CanvasRenderingContext2D.prototype.drawImage = real;
  return taken;
}}"""


@contextmanager
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("there is no chromium on this machine's path")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  may be absent
    except ModuleNotFoundError as missing:
        raise SystemExit(f"{missing.name} is not installed (group `test`)") from missing
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def measure(browser: Any, page: Path, *, card: bool) -> dict[str, Any]:
    """One opening of a page."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.add_init_script(WATCH + (CARD if card else ""))
    opened.goto(page.as_uri(), wait_until="commit")
    opened.wait_for_selector("#explorer[data-ready]", timeout=60_000)
    opened.wait_for_timeout(1000)
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
    found = {"painted": opened.evaluate(paint), "map": opened.evaluate("seen.map")}
    found["frames"] = opened.evaluate(PAN)
    delays = opened.evaluate(HOVER) or [float("nan")]
    found |= {"hover": float(np.median(delays)), "longest": max(delays)}
    found["by"] = opened.evaluate("document.querySelector('[data-map]').dataset.map")
    context.close()
    return found


def best(rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    least = {key: min(one[key] for one in rounds) for key in ("painted", "map", "hover", "longest")}
    return {**least, "frames": max(one["frames"] for one in rounds), "by": rounds[0]["by"]}


@dataclass(frozen=True)
class Made:
    """A question whose answer is there already: `n` images in 20 groups, on a map."""

    n: int
    key: str = "shape"
    number: int = 7
    title: str = "How well can the images be clustered at all?"
    uses: tuple[str, ...] = ("shape_k",)
    revision: int = 1

    def answer(self, images: ImageSet, plan: Any, steps: Any) -> Answer:
        rng = np.random.default_rng(1)
        groups = np.array(images.labels).astype(np.int32)
        arrays = {
            "labels": groups,
            "confidence": rng.random(self.n),
            "outlier_scores": rng.random(self.n),
            "places": 20 * rng.random((20, 2))[groups] + rng.normal(size=(self.n, 2)),
        }
        partition = Partition("synthetic groups", **{name: name for name in arrays})
        return Answer(arrays=arrays, says="Synthetic images.", partitions=(partition,))


def synthetic(n: int, out: Path) -> Run:
    """A run of `n` images of 8 × 8 pixels, made without clustering."""
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 20, n)
    shades = rng.integers(0, 216, (20, 8, 8))
    pixels = (shades[groups] + rng.integers(0, 40, (n, 8, 8))).astype(np.uint8)
    images = ImageSet(pixels, labels=groups.astype(str), name=f"{n:,} synthetic images")
    return study(images, out, questions={"shape": Made(n)})


def pages(asked: argparse.Namespace, out: Path) -> Iterator[tuple[str, Run]]:
    """What is measured: each run and its name."""
    folders = [Path(folder) for folder in asked.run]
    if not folders:
        yield "digits", study(load("digits"), out / "digits", only=["shape"])
        named = os.environ.get("INKCLUSTER_RUN")
        if named is None:
            print(
                "MNIST skipped: INKCLUSTER_RUN does not name the folder of a run of it", flush=True
            )
        folders = [Path(named)] if named else []
    for folder in folders:
        run = Run.open(folder)
        yield run.data.name, run
    for n in asked.images or [SYNTHETIC]:
        yield f"{n:,} synthetic", synthetic(n, out / str(n))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--run", nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--images", nargs="*", type=int, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="R")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        out = Path(folder)
        opened: list[tuple[str, Path, int, bool]] = []
        for name, run in pages(asked, out):
            page = out / f"{len(opened)}.html"
            page.write_text(html(run), encoding="utf-8")
            opened.append((name, page, run.data.n, False))
            if run.data.n > WEBGL:
                opened.append((f"{name}, webgl", page, run.data.n, True))
        taken: list[list[dict[str, Any]]] = [[] for _ in opened]
        for _ in range(asked.rounds):
            for (_, page, _, card), rounds in zip(opened, taken, strict=True):
                rounds.append(measure(browser, page, card=card))
        for (name, page, n, _), rounds in zip(opened, taken, strict=True):
            rows.append({"name": name, "images": n, "bytes": page.stat().st_size, **best(rounds)})
    print(
        f"{'':28}{'images':>10}{'MB':>7}{'painted':>9}{'map':>7}{'frames':>8}{'hover':>7}{'longest':>9}  by"
    )
    for r in rows:
        print(
            f"{r['name'][:27]:28}{r['images']:>10,}{r['bytes'] / 1e6:>7.2f}{r['painted']:>9.0f}{r['map']:>7.0f}"
            f"{r['frames']:>8.1f}{r['hover']:>7.0f}{r['longest']:>9.0f}  {r['by']}"
        )
    if asked.json:
        text = json.dumps({"machine": machine(), "parts": rows}, indent=1)
        asked.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
