"""Every kind of data that cannot be studied: one clear sentence, exit code 1, nothing written."""

import gzip
import io
import struct
import zipfile

import numpy as np
import pytest
from PIL import Image


def pixels(n=60, side=4, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, side, side)).astype(np.uint8)


def png(seed=0, side=8):
    stream = io.BytesIO()
    Image.fromarray(pixels(1, side, seed)[0]).save(stream, "PNG")
    return stream.getvalue()


def idx(data, magic=0x0803):
    return struct.pack(">IIII", magic, *data.shape) + data.tobytes()


def mat(path, **arrays):
    from scipy.io import savemat

    savemat(path, arrays)
    return path


def missing(folder):
    return folder / "nowhere.mat"


def empty(folder):
    (folder / "x.npz").touch()
    return folder / "x.npz"


def truncated_idx(folder):
    (folder / "x-idx3-ubyte").write_bytes(idx(pixels())[:-100])
    return folder / "x-idx3-ubyte"


def truncated_gzip(folder):
    (folder / "x-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pixels()))[:-40])
    return folder / "x-idx3-ubyte.gz"


def truncated_mat(folder):
    path = mat(folder / "x.mat", data=pixels().reshape(60, 16).T, label=np.arange(60) % 3)
    path.write_bytes(path.read_bytes()[:300])
    return path


def truncated_parquet(folder):
    import pandas as pd

    path = folder / "x.parquet"
    pd.DataFrame(pixels().reshape(60, 16)).rename(columns=str).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-200])
    return path


def corrupted_npz(folder):
    path = folder / "x.npz"
    np.savez_compressed(path, pixels=pixels())
    content = bytearray(path.read_bytes())
    content[200:400] = bytes(200)
    path.write_bytes(content)
    return path


def mislabelled(folder):
    (folder / "x.mat").write_bytes(png())
    return folder / "x.mat"


def words_for_numbers(folder):
    (folder / "x.csv").write_text("a,b,c,d\none,two,three,four\nfive,six,seven,eight\n")
    return folder / "x.csv"


def wrong_magic(folder):
    (folder / "x-idx3-ubyte").write_bytes(idx(pixels(), magic=0x7F454C46))
    return folder / "x-idx3-ubyte"


def labels_of_other_length(folder):
    np.savez(folder / "x.npz", pixels=pixels(), labels=np.arange(59))
    return folder / "x.npz"


def labels_file_of_other_length(folder):
    np.save(folder / "x.npy", pixels())
    np.save(folder / "y.npy", np.arange(61))
    return folder / "x.npy", "--labels", folder / "y.npy"


def labels_that_are_not_there(folder):
    np.savez(folder / "x.npz", pixels=pixels())
    return folder / "x.npz", "--labels", "colour"


def not_a_number(folder):
    data = pixels().astype(float)
    data[3, 1, 1] = np.nan
    np.save(folder / "x.npy", data)
    return folder / "x.npy"


def infinite(folder):
    data = pixels().astype(float)
    data[3, 1, 1] = np.inf
    np.save(folder / "x.npy", data)
    return folder / "x.npy"


def too_bright(folder):
    np.save(folder / "x.npy", pixels().astype(np.int32) + 100)
    return folder / "x.npy"


def negative(folder):
    np.save(folder / "x.npy", pixels().astype(np.int32) - 100)
    return folder / "x.npy"


def one_image(folder):
    np.save(folder / "x.npy", pixels(1))
    return folder / "x.npy"


def fewer_images_than_k(folder):
    np.save(folder / "x.npy", pixels(12))
    return folder / "x.npy", "--k", "13"


def all_alike(folder):
    np.save(folder / "x.npy", np.repeat(pixels(1), 50, axis=0))
    return folder / "x.npy"


def zip_bomb(folder):
    """An archive whose directory promises four gigabytes for some hundred bytes."""
    path = folder / "x.npz"
    np.savez_compressed(path, pixels=pixels())
    content = path.read_bytes()
    size = struct.pack("<I", 60 * 16 + 128)
    assert content.count(size) >= 1
    start = content.index(b"PK\x01\x02")
    path.write_bytes(content[:start] + content[start:].replace(size, b"\xfe\xff\xff\xff"))
    return path


def zip_bomb_of_images(folder):
    with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for i in range(4):
            archive.writestr(f"{i}.png", png() + bytes(80_000_000))
    return folder / "x.zip"


def climbing_names(folder):
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for i in range(20):
            archive.writestr(f"../../{i}.png", png(i))
    return folder / "x.zip"


def wants_unpickling(folder):
    np.savez(folder / "x.npz", pixels=np.array([{"a": 1}, None], dtype=object))
    return folder / "x.npz"


def folder_with_no_images(folder):
    (folder / "x").mkdir()
    (folder / "x" / "readme.txt").write_text("no pictures here")
    return folder / "x"


def wrong_shape(folder):
    np.save(folder / "x.npy", pixels().reshape(60, 16))
    return folder / "x.npy", "--shape", "5x5"


def no_such_settings(folder):
    np.save(folder / "x.npy", pixels())
    return folder / "x.npy", "--config", folder / "nowhere.toml"


def unknown_setting(folder):
    np.save(folder / "x.npy", pixels())
    (folder / "s.toml").write_text("restart = 3\n")
    return folder / "x.npy", "--config", folder / "s.toml"


def settings_that_are_no_toml(folder):
    np.save(folder / "x.npy", pixels())
    (folder / "s.toml").write_text("k: 3\n")
    return folder / "x.npy", "--config", folder / "s.toml"


BAD = {
    missing: "nowhere.mat",
    empty: "x.npz",
    truncated_idx: "x-idx3-ubyte",
    truncated_gzip: "x-idx3-ubyte.gz",
    truncated_mat: "x.mat",
    truncated_parquet: "x.parquet",
    corrupted_npz: "x.npz",
    mislabelled: "x.mat",
    words_for_numbers: "x.csv",
    wrong_magic: "x-idx3-ubyte",
    labels_of_other_length: "59",
    labels_file_of_other_length: "61",
    labels_that_are_not_there: "colour",
    not_a_number: "NaN",
    infinite: "inf",
    too_bright: "255",
    negative: "-100",
    one_image: "one image",
    fewer_images_than_k: "13",
    all_alike: "are equal",
    zip_bomb: "x.npz",
    zip_bomb_of_images: "x.zip",
    climbing_names: "..",
    wants_unpickling: "pickle",
    folder_with_no_images: "no pictures",
    wrong_shape: "5",
    no_such_settings: "nowhere.toml",
    unknown_setting: "restart",
    settings_that_are_no_toml: "s.toml",
}


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_bad_data(ink_here, one_sentence, tmp_path, make):
    (tmp_path / "in").mkdir()
    made = make(tmp_path / "in")
    arguments = made if isinstance(made, tuple) else (made,)
    sentence = one_sentence(ink_here("study", *arguments, "--out", "run", "--only", "shape"))
    assert BAD[make].lower() in sentence.lower()
    assert len(sentence.replace(str(tmp_path), "")) < 300
    assert not (tmp_path / "run" / "answers").exists()
    assert not (tmp_path / "run" / "report.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "run") == ["in"]


def test_one_broken_image_among_many_is_named_skipped_and_counted(ink_here, tmp_path):
    (tmp_path / "x").mkdir()
    for i in range(30):
        (tmp_path / "x" / f"{i:02}.png").write_bytes(png(i))
    (tmp_path / "x" / "broken.png").write_bytes(png(99)[:60])
    process = ink_here("study", "x", "--only", "shape")
    assert process.returncode == 0, process.stderr
    assert "30 images" in process.stdout
    assert "broken.png" in process.stdout
    assert "broken.png" in (tmp_path / "runs/x/report.html").read_text()
