"""Memory that runs out while a file is read is said to have run out; the file is not called damaged."""

import errno
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import scipy.io
from PIL import Image

from inkcluster.errors import BadInputError, OutOfMemoryError
from inkcluster.images import load
from inkcluster.images.readers import guard
from inkcluster.images.readers.pictures import frames

SIDE = 4096
READ_WITH_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from inkcluster.errors import OutOfMemoryError
from inkcluster.images import load

small, large = map(Path, sys.argv[1:])
load(small)  # imports what this format needs
status = Path("/proc/self/status").read_text()
held = int(status.split("VmSize:")[1].split()[0]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (held + (4 << 20),) * 2)
try:
    load(large)
except OutOfMemoryError as error:
    print(error)
"""


def written(path, images):
    kind = path.suffix[1:]
    if kind == "npy":
        np.save(path, images)
    elif kind == "npz":
        np.savez(path, pixels=images)
    elif kind == "mat":
        scipy.io.savemat(path, {"pixels": images.reshape(len(images), -1)})
    elif kind == "h5":
        with h5py.File(path, "w") as file:
            file.create_dataset("pixels", data=images)
    elif kind == "csv":
        row = b",".join([b"0"] * images[0].size) + b"\n"
        path.write_bytes(row * len(images))
    elif kind == "":
        path.mkdir()
        Image.fromarray(images[0]).save(path / "one.png")
    else:
        header = np.array([*images.shape], ">u4").tobytes()
        path.write_bytes(b"\0\0\x08\x03" + header + images.tobytes())
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space exactly")
@pytest.mark.parametrize(
    "name", ["a.npy", "a.npz", "a.mat", "a.h5", "a.csv", "pictures", "a-images.idx3-ubyte"]
)
def test_too_little_memory_is_said(name, tmp_path):
    (tmp_path / "small").mkdir()
    small = written(tmp_path / "small" / name, np.zeros((9, 8, 8), np.uint8))
    shape = (1, SIDE, SIDE) if name == "pictures" else (SIDE, 64, 64)
    large = written(tmp_path / name, np.zeros(shape, np.uint8))
    process = subprocess.run(
        [sys.executable, "-c", READ_WITH_LITTLE_MEMORY, str(small), str(large)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "65536"},
    )
    assert process.stdout.startswith(f"There is not enough memory to read {large}"), process.stderr


def test_a_parser_that_says_it_in_words_is_understood():
    for error in (
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ValueError("Error tokenizing data. C error: out of memory"),
        RuntimeError("Can't read data (memory allocation failed for raw data chunk)"),
    ):
        with (
            pytest.raises(OutOfMemoryError, match=r"not enough memory to read a\.csv; close"),
            guard.reading("a.csv", "a CSV table"),
        ):
            raise error
    for error in (ValueError("bad"), OSError(errno.EIO, "Input/output error"), EOFError()):
        with pytest.raises(BadInputError) as said, guard.reading("a.csv", "a CSV table"):
            raise error
        assert not isinstance(said.value, MemoryError)


def test_a_picture_is_not_skipped_for_want_of_memory(tmp_path, monkeypatch):
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "a.png")
    Image.fromarray(np.ones((4, 4), np.uint8)).save(tmp_path / "b.png")
    monkeypatch.setattr(frames, "_decoded", lambda image: bytearray(1 << 62))
    with pytest.raises(OutOfMemoryError, match=str(tmp_path)):
        load(tmp_path)


def test_memory_may_run_out_after_the_reading(monkeypatch):
    def no_memory(*arguments, **more):
        raise MemoryError

    monkeypatch.setattr("inkcluster.images.check.check_pixels", no_memory)
    with pytest.raises(OutOfMemoryError, match="to read the array"):
        load(np.zeros((3, 4, 4)))


def test_a_fetch_without_memory_is_not_a_missing_server(tmp_path, monkeypatch):
    import pooch

    def no_memory(*arguments, **more):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(pooch, "retrieve", no_memory)
    monkeypatch.setenv("INKCLUSTER_CACHE", str(tmp_path))
    monkeypatch.delenv("INKCLUSTER_DATA", raising=False)
    with pytest.raises(OutOfMemoryError, match="not enough memory to read mnist"):
        load("mnist")
