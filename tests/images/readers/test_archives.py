"""Archives of data files: what they hold is read as a folder is, bounded, and nothing stays behind."""

import bz2
import gzip
import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.images.readers.test_hostile import assert_damage_is_survived, little_memory

from inkcluster.errors import BadInputError
from inkcluster.images import load


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """A folder for temporary files, which must be empty in the end."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_the_pixels_outlive_the_temporary_folder(tmp_path, small):
    path = zipped(tmp_path / "a.zip", {"x.npy": npy(small.pixels), "README.md": b"about"})
    read = load(path)
    assert not isinstance(read.pixels, np.memmap)
    np.testing.assert_array_equal(read.pixels, small.pixels)
    assert (read.name, read.source) == ("a", str(path))


@pytest.mark.parametrize("name", ["x.npy", "x.mat", "x.csv", "x.parquet", "x.npz"])
def test_what_is_wrong_inside_is_said_of_the_archive(name, tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", {"in/" + name: b"\x00broken", "README.md": b"about"})
    with pytest.raises(BadInputError) as said:
        load(path)
    assert str(scratch) not in str(said.value)
    assert str(path) in str(said.value)
    assert name in str(said.value)


def test_a_packed_file_is_said_by_its_own_name(tmp_path, scratch):
    path = tmp_path / "x.npy.gz"
    path.write_bytes(gzip.compress(npy(np.zeros((3, 4, 4), np.uint8))[:-1]))
    with pytest.raises(BadInputError) as said:
        load(path)
    assert str(said.value).startswith(f"{path} is truncated")


def test_two_sets_in_an_archive_are_listed(tmp_path, small):
    names = ("mine.npy", "yours.npy", "README.md")
    path = zipped(tmp_path / "a.zip", {name: npy(small.pixels) for name in names})
    with pytest.raises(BadInputError, match=r"several data files \(mine.npy and yours.npy\)"):
        load(path)


def test_what_macos_adds_to_a_zip_of_arrays_is_left_out(tmp_path, small):
    files = {
        "X.npy": npy(small.pixels),
        "y.npy": npy(small.labels),
        "__MACOSX/._X.npy": b"\0\5\x16\7",
    }
    read = load(zipped(tmp_path / "a.zip", files))
    assert read.labels.tolist() == small.labels.tolist()


def test_pictures_in_an_archive_have_no_columns(writers, tmp_path):
    with pytest.raises(BadInputError, match="has no column 'digit'"):
        load(writers["zip"](tmp_path), labels="digit")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_packed_bomb_is_refused(pack, tmp_path):
    path = tmp_path / "a.npy.gz"
    path.write_bytes(pack(npy(np.zeros(1 << 22, np.uint8)) + bytes(1 << 28)))
    with little_memory(), pytest.raises(BadInputError, match=r"would unpack|too long"):
        load(path)


def test_a_bomb_in_an_archive_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.npy": b"", "b.npy": b""})
    with tarfile.open(tmp_path / "b.tar.xz", "w:xz") as archive:
        info = tarfile.TarInfo("a.npy")
        info.size = 1 << 28
        archive.addfile(info, io.BytesIO(bytes(1 << 28)))
    for bomb in (path, tmp_path / "b.tar.xz"):
        with little_memory(), pytest.raises(BadInputError):
            load(bomb)


def test_a_long_name_is_refused(tmp_path, small):
    path = zipped(tmp_path / "a.zip", {"x" * 60_000 + ".npy": npy(small.pixels), "a.md": b""})
    with pytest.raises(BadInputError, match="name of 60,004 characters"):
        load(path)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_damaged_archives(kind, tmp_path, small):
    path = Path(tmp_path / f"a.{kind}")
    files = {"X_train.npy": npy(small.pixels), "y_train.npy": npy(small.labels)}
    if kind == "zip":
        zipped(path, files)
    else:
        with tarfile.open(path, "w:gz") as archive:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    assert load(path).labels.tolist() == small.labels.tolist()

    assert_damage_is_survived(path)
