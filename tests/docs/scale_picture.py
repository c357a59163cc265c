"""The model of docs/scale.md: prints its table and draws its picture.

python tests/docs/scale_picture.py
"""

import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from shape_pictures import svg

ROUND = 284e-9
"""Processor seconds of an image in a round of k-means: 784 bytes, 10 clusters, mean of 300 rounds of 8.1 million."""
PLACED = 0.33e-3
"""Of an image that is placed by 100,000: mean of 8.1 million."""
DISK, NETWORK = 1.2e9, 1.25e9
"""Bytes a second: a worker's disk as measured; 10 gigabits, supposed, into the one machine that adds up."""
TASK = 1.2e-3
"""Seconds that Dask's scheduler, a worker and the client take for an empty task, together."""
CACHE = 4e9
"""Bytes of the file that stay in a worker's memory, supposed."""
SUM_BYTES = 24
"""Bytes of a number in a sum that is the same in any order."""
BLOCK, RESULT = 100_000, 12
"""Images placed in a task, and bytes that come back of each."""
WORKERS = (2, 16, 256)
SIZES = (700_000, 8_100_000, 100_000_000, 1_000_000_000)
LEAST, MOST = 1e-2, 1e6
"""Seconds at the bottom and at the top of the picture."""
LEFT, TOP, WIDE, HIGH, GAP = 70, 54, 280, 250, 76
COLOURS = {2: "accent2", 16: "muted", 256: "accent1"}


def kmeans_round(n, workers, k=10, d=784):
    """Seconds of a round of k-means, by what takes them."""
    return {
        "processor": n * ROUND * k / 10 * d / 784 / workers,
        "disk": max(0, n * d - workers * CACHE) / workers / DISK,
        "network": workers * k * d * SUM_BYTES / NETWORK,
        "scheduler": workers * TASK,
    }


def placing(n, workers, d=784):
    """Seconds for placing all images, by what takes them."""
    return {
        "processor": n * PLACED * d / 784 / workers,
        "disk": n * d / workers / DISK,
        "network": n * RESULT / NETWORK,
        "scheduler": n / BLOCK * TASK,
    }


def rows():
    """The table: seconds, and what takes most of them."""
    yield "| images | workers | a round of k-means | most of it | placing all | most of it |"
    yield "|---|---|---|---|---|---|"
    for n in SIZES:
        for workers in WORKERS:
            cells = [f"{n:,}", str(workers)]
            for found in (kmeans_round(n, workers), placing(n, workers)):
                cells += [spelt(sum(found.values())), max(found, key=found.get)]
            yield f"| {' | '.join(cells)} |"


def spelt(seconds):
    """A time, to two digits."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{float(f'{seconds / size:.2g}'):g} {unit}"
    return f"{float(f'{seconds:.2g}'):g} s"


def panel(x, title, cost):
    """Seconds against images, a line for each number of workers."""
    yield f'<text class="b" x="{x}" y="{TOP - 12}">{title}</text>'
    for power in range(-2, 7, 2):
        y = up(10.0**power)
        yield f'<path d="M{x} {y:.1f}h{WIDE}" stroke="var(--grid)"/>'
        yield f'<text class="small e" x="{x - 6}" y="{y + 4:.1f}">{spelt(10.0**power)}</text>'
    for power in range(5, 10):
        at = x + across(10**power)
        yield f'<text class="small m" x="{at:.0f}" y="{TOP + HIGH + 18}">10{"⁵⁶⁷⁸⁹"[power - 5]}</text>'
    for workers, colour in COLOURS.items():
        points = [10 ** (5 + i / 20) for i in range(81)]
        path = "L".join(
            f"{x + across(n):.1f} {up(sum(cost(n, workers).values())):.1f}" for n in points
        )
        yield f'<path d="M{path}" fill="none" stroke="var(--{colour})" stroke-width="2"/>'


def across(n):
    """How far right a number of images stands."""
    return WIDE * (math.log10(n) - 5) / 4


def up(seconds):
    """How far down a time stands."""
    return TOP + HIGH * math.log(MOST / max(seconds, LEAST)) / math.log(MOST / LEAST)


def main():
    parts = [*panel(LEFT, "A round of k-means, 10 clusters", kmeans_round)]
    parts += panel(LEFT + WIDE + GAP, "Placing all images", placing)
    for i, (workers, colour) in enumerate(COLOURS.items()):
        x = LEFT + 110 * i
        parts.append(f'<path d="M{x} 16h26" stroke="var(--{colour})" stroke-width="2"/>')
        parts.append(f'<text class="small" x="{x + 32}" y="20">{workers} workers</text>')
    parts.append(
        f'<text class="small m" x="{LEFT + WIDE + GAP / 2}" y="{TOP + HIGH + 40}">images</text>'
    )
    svg(
        "scale-model.svg",
        TOP + HIGH + 52,
        "Seconds against the number of images, by a model",
        parts,
    )
    print("\n".join(rows()))


if __name__ == "__main__":
    main()
