"""A run's table as a file, and its images in a folder for each group."""

import errno

import numpy as np
import pandas as pd
from PIL import Image

import inkcluster
from inkcluster.cli import exporting
from inkcluster.study import Run


def test_parquet_is_the_frame(ink_here, told, tmp_path):
    process = ink_here("export", told, "labels.parquet")
    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith("wrote labels.parquet: 24 rows with image, name, label, shape")
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "labels.parquet"), Run.open(told).frame()
    )


def test_csv_is_the_frame_with_nothing_that_a_spreadsheet_computes(ink_here, told, tmp_path):
    (tmp_path / "labels.csv").write_text("image,name,shape clustering\n")
    process = ink_here("export", told, "labels.csv")
    assert "24 cells begin like a formula" in process.stdout
    found, frame = pd.read_csv(tmp_path / "labels.csv"), Run.open(told).frame()
    assert found["name"].str.removeprefix("'").tolist() == frame["name"].tolist()
    assert found["label"].str.startswith("'=\u202e").sum() == 12
    assert found["DBSCAN on pixels"].tolist() == frame["DBSCAN on pixels"].tolist()
    np.testing.assert_allclose(found["confidence"], frame["confidence"])


def test_a_folder_holds_the_files_themselves(ink_here, told, pictures, tmp_path):
    process = ink_here("export", told, "sorted", "--data", pictures, "--by", "DBSCAN on pixels")
    assert process.returncode == 0, process.stderr
    assert "three folders by DBSCAN on pixels, 24 files copied as they are" in process.stdout
    frame = Run.open(told).frame()
    for group, folder in ((-1, "in no group"), (0, "group 0"), (1, "group 1")):
        names = frame["name"][frame["DBSCAN on pixels"] == group]
        copied = {path.read_bytes() for path in (tmp_path / "sorted" / folder).iterdir()}
        assert copied == {(pictures / name).read_bytes() for name in names}
    names = [path.name for path in (tmp_path / "sorted").rglob("*.png")]
    assert len(names) == 24
    assert all(name.isprintable() and not name.startswith(".") for name in names)


def test_images_without_files_are_written_as_pictures(ink_here, one_sentence, tell, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 20, (1001, 4, 4)).astype(np.uint8)
    np.savez(tmp_path / "dark.npz", pixels=pixels)
    groups = np.arange(1001, dtype=np.int32) % 3
    tell(inkcluster.load(tmp_path / "dark.npz"), tmp_path / "run", groups)
    process = ink_here("export", "run", "sorted")  # of the file that was studied
    assert "three folders by shape clustering, 1,001 grey PNGs" in process.stdout, process.stderr
    assert "from 0 to 19 stretched to 0 to 255" in process.stdout
    for i in (0, 500, 1000):
        written = np.asarray(Image.open(tmp_path / f"sorted/group {groups[i]}/{i:04}.png"))
        np.testing.assert_array_equal(written, np.rint(pixels[i] * (255 / 19)))

    (tmp_path / "dark.npz").rename(tmp_path / "moved.npz")
    for out, said in (("again", "add --data DATA"), ("a.xlsx", ".xlsx is no ending of a table")):
        assert said in one_sentence(ink_here("export", "run", out))


def test_what_cannot_be_exported_is_refused(
    ink_here, one_sentence, told, pictures, small, tmp_path
):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("a year of work")
    (tmp_path / "mine" / "labels.csv").write_text("image,label\n1,cat\n")
    (tmp_path / "mine" / "data.parquet").write_bytes(b"PAR1")
    (tmp_path / "mine" / "sure.csv").write_text("image,confidence\n1,0.5\n")
    (tmp_path / "mine" / "outliers.csv").write_text("file,outlier score\na,1\n")
    before = sorted(tmp_path.rglob("*"))
    for words, said in (
        (["mine/labels.csv"], "was not written by this command"),
        (["mine/data.parquet"], "was not written by this command"),
        (["mine/sure.csv"], "was not written by this command"),
        (["mine/outliers.csv"], "was not written by this command"),
        (["labels.csv", "--shape", "2x2"], "give --shape only for a folder of images"),
        (["labels.csv", "--by", "shape clustering"], "only for a folder of images"),
        (["nowhere/labels.csv"], "does not exist"),
        (["out", "--data", small], "does not hold the images"),
        (["out", "--data", pictures, "--by", "ward"], "it has shape clustering and DBSCAN on"),
        (["mine", "--data", pictures], "is no empty folder"),
        (["mine/thesis.tex", "--data", pictures], "is no empty folder"),
    ):
        assert said in one_sentence(ink_here("export", told, *words)), words
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_leaves_nothing_behind(
    ink_here, one_sentence, told, pictures, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting.shutil, "copyfileobj", full)
    assert "disk is full" in one_sentence(ink_here("export", told, "out", "--data", pictures))
    assert list(tmp_path.iterdir()) == []


def test_names_that_come_together_are_numbered():
    taken = set()
    names = ["a/b", "a_b", "A_B", "../a/b"]
    free = [exporting._free(taken, 0, exporting.safe_name(name), ".png") for name in names]
    assert free == ["a_b.png", "a_b-2.png", "A_B-3.png", "_a_b.png"]
    assert exporting._free(taken, 1, "a_b", ".png") == "a_b.png"


def test_a_name_is_never_a_path_out_of_the_data(pictures, tmp_path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    for name in ("../secret.png", str(tmp_path / "secret.png"), "", ".", "secret"):
        assert exporting._original(pictures, name) is None
