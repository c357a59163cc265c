"""Whatever happens to a file's bytes, the answer is a set or a sentence, in little memory."""

import gzip
import io
import resource
import struct
import tracemalloc
import zipfile
from contextlib import contextmanager

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
import scipy.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, load

FILES = [
    "npy", "npz", "parquet", "parquet of pictures", "arrow", "feather", "idx", "idx.gz", "csv", "csv.gz",
    "mat v4", "mat v5", "mat v7", "mat v7.3", "zip",
]  # fmt: skip
PICTURES = ["png", "jpeg", "gif", "bmp", "tiff", "webp"]
MEBI = 1 << 20
BOUND = 400 * MEBI


@st.composite
def damage(draw):
    """Flips, a cut and an appendix, as fractions of a length that is not known yet."""
    place = st.one_of(st.floats(0, 1, exclude_max=True), st.integers(0, 600))
    flips = draw(st.lists(st.tuples(place, st.integers(1, 255)), max_size=8))
    cut = draw(st.one_of(st.none(), st.floats(0, 1)))
    return flips, cut, draw(st.binary(max_size=8))


def damaged(whole, flips, cut, appendix):
    content = bytearray(whole)
    for place, mask in flips:
        at = int(place * len(content)) if isinstance(place, float) else place
        content[at % len(content)] ^= mask
    if cut is not None:
        content = content[: int(cut * len(content))]
    return bytes(content) + appendix


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def assert_set_or_sentence(path):
    try:
        found = load(path)
    except BadInputError as error:
        said = str(error)
    else:
        said = "."
        assert isinstance(found, ImageSet)
        assert found.pixels.dtype == np.uint8
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said.replace(str(path), "")) < 300


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


def assert_damage_is_survived(path, source=None, examples=150):
    """Damage `path` in many ways; `source`, by default the file itself, is read each time."""
    whole = path.read_bytes()
    load(source or path)
    before = peak()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(damage())
    def check(how):
        path.write_bytes(damaged(whole, *how))
        assert_set_or_sentence(source or path)

    check()
    assert peak() - before < BOUND


@pytest.mark.parametrize("fmt", FILES)
def test_damaged_files(fmt, writers, scratch):
    folder = scratch / fmt
    folder.mkdir()
    path = writers[fmt](folder)
    load(path)
    assert_damage_is_survived(path)


@pytest.mark.parametrize("fmt", PICTURES)
def test_damaged_pictures(fmt, small, picture, scratch):
    folder = scratch / fmt
    folder.mkdir()
    whole = picture(small.pixels[0], fmt.upper())
    path = folder / f"one.{fmt}"
    path.write_bytes(whole)
    load(folder)
    assert_damage_is_survived(path, source=folder)


@contextmanager
def little_memory(most=96 * MEBI):
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def npy_header(shape, dtype="|u1"):
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (117 - len(text)) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def lying_idx(path):
    path.write_bytes(b"\0\0\x08\x03" + struct.pack(">III", 1 << 31, 1 << 15, 1 << 15) + bytes(100))


def lying_gz(path):
    head = b"\0\0\x08\x03" + struct.pack(">III", 1 << 31, 1 << 15, 1 << 15)
    path.write_bytes(gzip.compress(head + bytes(100)))


def gzip_bomb(path):
    """Promises what deflate could hold, and more than anybody wants."""
    head = b"\0\0\x08\x03" + struct.pack(">III", 5 << 10, 1 << 10, 1 << 10)
    path.write_bytes(gzip.compress(head) + bytes(8 * MEBI))


def lying_npy(path):
    path.write_bytes(npy_header((1 << 40, 28, 28)) + bytes(100))


def lying_npz(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.npy", npy_header((1 << 40, 28, 28)) + bytes(100))


def npz_bomb(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.npy", npy_header((5 << 22, 16, 16)) + bytes(100))
    content = path.read_bytes()
    size = struct.pack("<I", len(npy_header(())) + 100)
    path.write_bytes(content.replace(size, struct.pack("<I", (5 << 30) & 0xFFFFFFFF)))


def lying_mat(path):
    content = io.BytesIO()
    scipy.io.savemat(content, {"data": np.zeros((7, 9), np.uint8)})
    dims = struct.pack("<ii", 7, 9)
    path.write_bytes(content.getvalue().replace(dims, struct.pack("<ii", 1 << 30, 1 << 30)))


def hdf5_without_storage(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("data", shape=(1 << 30, 28, 28), dtype="u1", chunks=(1, 28, 28))


def csv_bomb(path):
    line = b"1," + b"0," * 15 + b"0\n"
    with gzip.open(path, "wb") as stream:
        stream.write(b"x" * 400 * MEBI)
        stream.write(line)


def zip_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/zeros.png", bytes(20 * MEBI))


def _blank_lists(n, width):
    zeros = pa.array(np.zeros(n * width, np.uint8))
    starts = pa.array(np.arange(0, n * width + 1, width, dtype=np.int32))
    return pa.table({"image": pa.ListArray.from_arrays(starts, zeros)})


def parquet_bomb(path):
    """Runs of zeros are stored as their length, which no size in the file tells."""
    pq.write_table(_blank_lists(20, 1 << 20), path)


def arrow_bomb(path):
    pf.write_feather(_blank_lists(20, 1 << 20), path, compression="zstd")


def lying_arrow(path):
    pf.write_feather(_blank_lists(9, 64), path, compression="zstd")
    whole = path.read_bytes()
    assert whole.count(struct.pack("<q", 9 * 64)) > 1  # in the metadata and before the values
    path.write_bytes(whole.replace(struct.pack("<q", 9 * 64), struct.pack("<q", 1 << 40)))


@pytest.mark.parametrize(
    "lie",
    [
        parquet_bomb, arrow_bomb, lying_arrow,
        lying_idx, lying_gz, gzip_bomb, lying_npy, lying_npz, npz_bomb, lying_mat,
        hdf5_without_storage, csv_bomb, zip_bomb,
    ],
)  # fmt: skip
def test_sizes_are_not_believed(lie, tmp_path):
    path = tmp_path / ("hostile.mat" if "mat" in lie.__name__ else "hostile")
    lie(path)
    with little_memory(), pytest.raises(BadInputError) as said:
        load(path)
    assert str(path) in str(said.value)


def test_a_picture_that_claims_a_billion_pixels_is_skipped(picture, small, tmp_path):
    bomb = bytearray(picture(small.pixels[0], "PNG"))
    bomb[16:24] = struct.pack(">II", 40_000, 40_000)
    import zlib

    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    (tmp_path / "bomb.png").write_bytes(bomb)
    (tmp_path / "fine.png").write_bytes(picture(small.pixels[1]))
    with little_memory():
        found = load(tmp_path)
    assert len(found) == 1
    assert "bomb.png" in found.notices[0]


def test_one_picture_in_thousands_of_rows_is_held_once(picture, small, tmp_path):
    """Parquet stores a repeated value once, and here it would take 2 GB to write it out."""
    content = picture(small.pixels[0]) + bytes(1 << 20)
    rows = pa.DictionaryArray.from_arrays(pa.array(np.zeros(2_000, np.int32)), [content])
    table = pa.table({"image": rows})
    pq.write_table(table, tmp_path / "a.parquet", dictionary_pagesize_limit=4 << 20)
    before = pa.default_memory_pool().max_memory()
    assert len(load(tmp_path / "a.parquet")) == 2_000
    assert pa.default_memory_pool().max_memory() - before < BOUND


def test_damaged_statistics_do_not_end_the_process(tmp_path):
    """A regression test that would end the process: pyarrow aborts where it lists the columns."""
    values = pa.array([[[i % 9] * 4] * 4 for i in range(20)], pa.list_(pa.list_(pa.uint8())))
    pq.write_table(pa.table({"image": values}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    for at in range(len(whole) - 600, len(whole)):
        for mask in (1, 4, 0x30):
            changed = bytearray(whole)
            changed[at] ^= mask
            (tmp_path / "a.parquet").write_bytes(changed)
            assert_set_or_sentence(tmp_path / "a.parquet")


def test_the_type_code_that_crashes_scipy(writers, tmp_path):
    """A regression test that would end the process: SciPy looks the code up unchecked."""
    path = writers["mat v5"](tmp_path)
    whole = bytearray(path.read_bytes())
    start = whole.index(b"data") + 4
    assert whole[start : start + 4] == struct.pack("<I", 2)  # miUINT8, the type of the pixels
    for code in (0, 8, 20, 255, 60_000):
        whole[start : start + 4] = struct.pack("<I", code)
        path.write_bytes(whole)
        with pytest.raises(BadInputError, match="unknown type"):
            load(path)
