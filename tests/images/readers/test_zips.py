"""Members of zips are unpacked as zipfile does it, and never beyond the size that is said."""

import io
import struct
import tracemalloc
import zipfile
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.zips import opened, stream_of

METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
MAX_BYTES = 100 << 20


def archive_of(members, method):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, held in members.items():
            archive.writestr(name, held)
    return content.getvalue()


@settings(max_examples=40, deadline=None)
@given(
    members=st.lists(st.binary(max_size=3000), min_size=1, max_size=4),
    method=st.sampled_from(METHODS),
    times=st.sampled_from([1, 100]),
)
def test_members_are_those_of_zipfile(members, method, times):
    named = {f"m{i}": held * times for i, held in enumerate(members)}
    with zipfile.ZipFile(io.BytesIO(archive_of(named, method))) as archive:
        infos = archive.infolist()
        streams = [stream_of(archive, info) for info in infos]  # all at once
        for info, stream in zip(infos, streams, strict=True):
            assert stream.read() == named[info.filename] == archive.read(info)
            with opened(archive, info) as copy:
                copy.seek(1)
                assert copy.read() == named[info.filename][1:]


def bitmap(i):
    content = io.BytesIO()
    image = np.random.default_rng(i).integers(0, 255, (20, 20)).astype(np.uint8)
    Image.fromarray(image).save(content, "BMP")
    return content.getvalue()


@pytest.mark.parametrize("method", METHODS[1:])
def test_one_broken_picture_is_skipped_and_named(method, tmp_path):
    content = bytearray(archive_of({f"{i}.bmp": bitmap(i) for i in range(20)}, method))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.infolist()[3].header_offset + 30 + len("3.bmp") + 12
    for at in range(start, start + 12):
        content[at] ^= 0xFF
    (tmp_path / "z.zip").write_bytes(content)
    images = load(tmp_path / "z.zip")
    assert len(images) == 19
    assert "1 of 20 pictures could not be read and was skipped: 3.bmp" in images.notices[0]


@cache
def a_size_that_lies(method):
    """250 MiB in a member that says it holds 100 bytes."""
    content = archive_of({"a.bmp": bytes(250 << 20)}, method)
    return content.replace(struct.pack("<I", 250 << 20), struct.pack("<I", 100))


@pytest.mark.parametrize("method", METHODS[1:])
@pytest.mark.parametrize("ending", [b"bmp", b"npy", b"csv"])
def test_a_size_that_lies_is_all_that_is_unpacked(method, ending, tmp_path):
    content = a_size_that_lies(method).replace(b"a.bmp", b"a." + ending)
    (tmp_path / "z.zip").write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(BadInputError):
            load(tmp_path / "z.zip")
        assert tracemalloc.get_traced_memory()[1] < MAX_BYTES
    finally:
        tracemalloc.stop()
