"""A second run with nothing changed is quick, because it imports and computes next to nothing."""

import json
import subprocess
import sys

import numpy as np

from inkcluster.images import ImageSet
from inkcluster.study.run.runner import study
from inkcluster.study.settings.settings import Settings

GIVEN = {"k": 2, "restarts": 2, "eps": [8], "sweep_eps": [7], "components": 20}
SECOND = """
import json, sys, time
began = time.process_time()
import numpy as np
from inkcluster.images import ImageSet
from inkcluster.study.run.runner import study
from inkcluster.study.settings import Settings
pixels, out, settings, only = json.loads(sys.argv[1])
images = ImageSet(np.load(pixels), name="many")
run = study(images, out, Settings(**settings), only=only)
heavy = {"sklearn", "scipy", "matplotlib", "pandas", "pyarrow"} & set(sys.modules)
print(json.dumps([time.process_time() - began, sorted(heavy), run.seconds]))
"""


def second_run(pixels, out, settings, only):
    """Seconds of work, heavy modules and the run's own seconds, of a study in a fresh process."""
    words = json.dumps([str(pixels), str(out), settings, only])
    done = subprocess.run([sys.executable, "-c", SECOND, words], capture_output=True, check=True)
    return json.loads(done.stdout)


def test_seventy_thousand_images_in_under_three_seconds_of_work(tmp_path, rng):
    pixels = rng.integers(0, 256, (70_000, 28, 28), np.uint8)
    pixels[:, 8:] = 0  # the first run is not what is timed:
    pixels[::2] //= 8  # two groups are found in fewer rounds than none
    np.save(tmp_path / "pixels.npy", pixels)
    images = ImageSet(pixels, name="many")
    first = study(images, tmp_path / "run", Settings(**GIVEN), only=["restarts"])
    seconds, heavy, own = second_run(tmp_path / "pixels.npy", first.path, GIVEN, ["restarts"])
    assert heavy == []
    assert seconds < 3
    assert own == first.seconds


def test_the_plan_is_not_worked_out_again(tmp_path, blobs):
    np.save(tmp_path / "pixels.npy", blobs.pixels)
    images = ImageSet(blobs.pixels, name="many")
    given = {"restarts": 2, "sample_sizes": [30], "resamples": 2}
    first = study(images, tmp_path / "run", Settings(**given), only=["centres", "linkages"])
    pixels, out, keys = tmp_path / "pixels.npy", first.path, ["centres", "linkages"]
    _, heavy, own = second_run(pixels, out, given, keys)
    assert heavy == []
    assert own == first.seconds
