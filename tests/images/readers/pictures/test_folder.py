"""Folders and archives of pictures: labels, sizes, broken ones, and hostile names."""

import io
import os
import stat
import warnings
import zipfile

import numpy as np
import pytest
from PIL import Image

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.pictures.decoding import decode, unify

GREY = np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def decoded(content):
    return decode(io.BytesIO(content))


@pytest.mark.parametrize("fmt", ["PNG", "GIF", "BMP", "TIFF", "WEBP", "JPEG"])
def test_grey_pictures_of_every_format(fmt, picture):
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100}}.get(fmt, {})
    pixels, had_colour = decoded(picture(GREY, fmt, **options))
    assert not had_colour
    np.testing.assert_allclose(pixels.astype(int), GREY, atol=2 if fmt == "JPEG" else 0)


def test_colour_transparency_and_palettes(picture):
    colour = np.zeros((1, 3, 3), np.uint8)
    colour[0] = [[255, 0, 0], [0, 255, 0], [255, 255, 255]]
    pixels, had_colour = decoded(picture(colour))
    assert had_colour
    np.testing.assert_array_equal(pixels, [[76, 150, 255]])
    see_through = np.zeros((1, 2, 4), np.uint8)
    see_through[0, 0, 3] = 255  # black ink; the rest is see-through black
    pixels, had_colour = decoded(picture(see_through))
    np.testing.assert_array_equal(pixels, [[0, 255]])
    assert not had_colour
    content = io.BytesIO()
    Image.fromarray(GREY).convert("P").save(content, "PNG", transparency=0)
    assert decoded(content.getvalue())[0].shape == GREY.shape
    content = io.BytesIO()
    Image.fromarray(GREY > 100).save(content, "PNG")
    np.testing.assert_array_equal(decoded(content.getvalue())[0], np.where(GREY > 100, 255, 0))


def test_deep_pictures(picture):
    deep = np.array([[0, 257, 65535]], np.uint16)
    for fmt in ("PNG", "TIFF"):
        np.testing.assert_array_equal(decoded(picture(deep, fmt))[0], [[0, 1, 255]])
    unit = np.array([[0, 0.5, 1]], np.float32)
    np.testing.assert_array_equal(decoded(picture(unit, "TIFF"))[0], [[0, 128, 255]])
    for bad in ([[0, np.nan]], [[-5, 0]], [[0, 300]]):
        with pytest.raises(ValueError, match="values"):
            decoded(picture(np.array(bad, np.float32), "TIFF"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(orientation, picture):
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = {
        1: GREY, 2: GREY[:, ::-1], 3: GREY[::-1, ::-1], 4: GREY[::-1], 5: GREY.T,
        6: np.rot90(GREY, -1), 7: GREY[::-1, ::-1].T, 8: np.rot90(GREY),
    }[orientation]  # fmt: skip
    np.testing.assert_array_equal(decoded(picture(GREY, "PNG", exif=exif))[0], upright)


def test_labels_from_subfolders(picture, tmp_path):
    for i, name in enumerate(["10", "2", "2", "0"]):
        put(tmp_path / "digits" / name / f"{i}.png", picture(np.full((3, 3), i, np.uint8)))
    read = load(tmp_path / "digits")
    assert read.name == "digits"
    assert dict(zip(read.pixels[:, 0, 0].tolist(), read.labels.tolist(), strict=True)) == {
        0: 10, 1: 2, 2: 2, 3: 0,
    }  # fmt: skip
    put(tmp_path / "digits" / "x<script>" / "4.png", picture(np.full((3, 3), 4, np.uint8)))
    assert set(load(tmp_path / "digits").labels) == {"10", "2", "0", "x<script>"}


def test_without_subfolders_there_are_no_labels(picture, tmp_path):
    for i in range(3):
        put(tmp_path / "all" / f"{i}.png", picture(GREY))
    assert load(tmp_path / "all").labels is None
    assert load(tmp_path).labels is None  # one subfolder says nothing
    put(tmp_path / "top.png", picture(GREY))
    assert load(tmp_path).labels is None
    assert load(tmp_path, labels=["a", "b", "c", "d"]).labels.tolist() == ["a", "b", "c", "d"]


def test_broken_pictures_are_named_skipped_and_counted(picture, tmp_path):
    for i in range(5):
        put(tmp_path / f"{i % 2}" / f"{i}.png", picture(np.full((3, 3), i, np.uint8)))
    whole = picture(np.random.default_rng(1).integers(0, 256, (40, 40), dtype=np.uint8))
    put(tmp_path / "1" / "cut.png", whole[: len(whole) // 2])
    put(tmp_path / "1" / "text.jpg", b"no picture")
    put(tmp_path / "0" / "empty.gif", b"")
    put(tmp_path / "notes.txt", b"left out")
    put(tmp_path / ".hidden" / "a.png", picture(GREY))
    read = load(tmp_path)
    assert len(read) == len(read.labels) == 5
    first, second = read.notices
    skipped = "0/empty.gif, 1/cut.png, 1/text.jpg"
    assert first == f"3 of 8 pictures could not be read and were skipped: {skipped}."
    assert second == "1 file that is not a picture was left out."
    for broken in ("empty.gif", "cut.png"):
        next(tmp_path.rglob(broken)).unlink()
    skipped = "1/text.jpg (not a picture)"
    assert load(tmp_path).notices[0].endswith(f"could not be read and was skipped: {skipped}.")


def test_nothing_but_broken_pictures_or_none(tmp_path):
    with pytest.raises(BadInputError, match="holds no pictures"):
        load(tmp_path)
    put(tmp_path / "data.bin", b"x")
    with pytest.raises(BadInputError, match=r"holds no pictures.*it holds data\.bin"):
        load(tmp_path)
    put(tmp_path / "a.png", b"x")
    with pytest.raises(BadInputError, match=r"no picture can be read; the first is a\.png"):
        load(tmp_path)


def test_sizes_are_unified_by_the_stated_rule(picture, tmp_path):
    small = np.full((4, 4), 200, np.uint8)
    for i in range(3):
        put(tmp_path / f"a{i}.png", picture(small))
    wide = np.full((2, 8), 90, np.uint8)
    put(tmp_path / "b.png", picture(wide))
    read = load(tmp_path)
    assert read.shape == (4, 4)
    np.testing.assert_array_equal(read.pixels[3], np.full((4, 4), 90))
    assert "picture was scaled to fit 4 × 4, proportions kept" in read.notices[0]
    assert load(tmp_path, shape=(2, 3)).shape == (2, 3)
    ink = np.zeros((2, 6), np.uint8)
    ink[:, 2:4] = 255
    fitted, resized = unify([ink, np.zeros((3, 3), np.uint8)], (3, 3))
    assert resized == 1
    np.testing.assert_array_equal(fitted[0], [[0, 0, 0], [0, 255, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("sizes", "shape", "says"),
    [
        ([(10, 40), (20, 20), (60, 30)], (20, 30), "All three pictures were scaled"),
        ([(300, 400)] * 2, (83, 111), "All two pictures were scaled"),
        ([(96, 96)] * 2, (96, 96), None),
    ],
    ids=["each another", "large", "of one size"],
)
def test_photographs_get_a_size_of_their_own(picture, tmp_path, sizes, shape, says):
    """The size of one of them would be as good as drawn by lot, and 300 × 400 pixels too slow."""
    for i, size in enumerate(sizes):
        put(tmp_path / f"{i}.png", picture(np.full(size, 9 * i, np.uint8)))
    read = load(tmp_path)
    assert read.shape == shape
    assert [notice for notice in read.notices if says and notice.startswith(says)] == list(
        read.notices
    )


@pytest.mark.parametrize("shape", [(46_342, 46_342), (1, 10**9)], ids=["square", "row"])
def test_a_size_that_fills_the_memory_is_refused(picture, tmp_path, shape):
    """Whether or not the pictures are of one size."""
    same = [np.full((4, 4), i, np.uint8) for i in range(5)]
    for i, grey in enumerate(same):
        put(tmp_path / f"{i}.png", picture(grey))
    other = np.zeros((4, 5), np.uint8)
    for pictures in (tmp_path, [*same, other]):
        with pytest.raises(BadInputError, match=r"would take .*; give a smaller size"):
            load(pictures, shape=shape)


def test_colour_is_mentioned(picture, tmp_path):
    colour = np.zeros((3, 3, 3), np.uint8)
    colour[..., 0] = 255
    put(tmp_path / "a.png", picture(colour))
    assert load(tmp_path).notices == ("Colour was converted to grey in 1 of 1 pictures.",)


def test_links_to_folders_and_pipes_are_not_followed(picture, tmp_path):
    put(tmp_path / "in" / "a.png", picture(GREY))
    put(tmp_path / "out" / "b.png", picture(GREY))
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    os.mkfifo(tmp_path / "in" / "pipe.png")
    assert len(load(tmp_path / "in")) == 1


@pytest.mark.parametrize(
    "name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:\\evil.png"]
)
def test_archives_with_names_that_lead_out(name, picture, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("fine.png", picture(GREY))
        archive.writestr(name, picture(GREY))
    with pytest.raises(BadInputError, match="leads out of the archive"):
        load(tmp_path / "a.zip")


def test_archives_with_links_or_locks(picture, tmp_path):
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("fine.png", picture(GREY))
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadInputError, match="symbolic link"):
        load(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("fine.png", picture(GREY))
    content = bytearray((tmp_path / "b.zip").read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(BadInputError, match="encrypted"):
        load(tmp_path / "b.zip")


def test_archives_that_unpack_to_far_more_than_their_size(picture, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fine.png", picture(GREY))
        archive.writestr("bomb.txt", bytes(17 << 20))
    with pytest.raises(BadInputError, match=r"would unpack from .* kB to 17\.8 MB"):
        load(tmp_path / "a.zip")


def test_a_broken_member_is_skipped_and_macs_extras_are_left_out(picture, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("x/fine.png", picture(GREY))
        archive.writestr("x/damaged.png", picture(GREY + 1))
        archive.writestr("__MACOSX/x/._fine.png", b"resource fork")
    content = (tmp_path / "a.zip").read_bytes()
    good = picture(GREY + 1)
    at = content.index(good)
    (tmp_path / "a.zip").write_bytes(content[: at + 50] + b"\0\0\0\0" + content[at + 54 :])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = load(tmp_path / "a.zip")
    assert len(read) == 1
    assert "1 of 2 pictures could not be read and was skipped: x/damaged.png" in read.notices[0]


def test_other_labels_than_the_folders_names(picture, tmp_path):
    for i, name in enumerate(["30/hsf_0", "30/hsf_1", "31/hsf_0", "31/hsf_1"]):
        put(tmp_path / name / f"{i}.png", picture(np.full((3, 3), i, np.uint8)))
    found = load(tmp_path)
    assert found.labels.tolist() == [30, 30, 31, 31]
    assert found.names.tolist()[1] == "30/hsf_1/1.png"
    assert found.labels_from == "the folders' names at level 1"
    assert load(tmp_path, label_level=2).labels.tolist() == ["hsf_0", "hsf_1"] * 2
    assert load(tmp_path, label_level=(1, -1)).labels.tolist()[2] == "31/hsf_0"
    with pytest.raises(BadInputError, match="no picture lies in a folder of level 3"):
        load(tmp_path, label_level=3)
    with pytest.raises(BadInputError, match="either --labels or --label-level"):
        load(tmp_path, label_level=1, labels=[1, 2, 3, 4])
    np.save(tmp_path / "a.npy", np.zeros((2, 3, 3), np.uint8))
    with pytest.raises(BadInputError, match="has no folders"):
        load(tmp_path / "a.npy", label_level=1)


def test_a_picture_that_is_something_else_is_called_so(tmp_path):
    put(tmp_path / "a.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(BadInputError, match=r"the first is a\.png \(a Git LFS pointer\)"):
        load(tmp_path)


def test_given_labels_are_for_all_pictures(picture, tmp_path):
    for name in ("0/a", "0/b", "1/c", "1/d", "1/e", "1/f", "1/g", "1/h", "1/i", "1/j", "stray"):
        put(tmp_path / f"{name}.png", picture(GREY))
    assert len(load(tmp_path)) == 10
    assert load(tmp_path, labels=list(range(11))).labels.tolist() == list(range(11))


def test_a_table_beside_pictures_without_labels_is_named(picture, tmp_path):
    for i in range(3):
        put(tmp_path / "all" / f"{i}.png", picture(GREY))
    put(tmp_path / "readme.txt", b"x")
    put(tmp_path / "labels.txt", b"x")
    put(tmp_path / "meta.csv", b"x")
    said = load(tmp_path).notices[-1]
    assert said == (
        "The pictures have no labels; if they are in labels.txt, give it with --labels FILE."
    )
    (tmp_path / "labels.txt").unlink()
    assert "meta.csv" in load(tmp_path).notices[-1]
    (tmp_path / "meta.csv").unlink()
    assert load(tmp_path).notices == ("1 file that is not a picture was left out.",)


def test_links_inside_the_root_are_followed_once(picture, tmp_path):
    root = tmp_path / "in"
    for i, k in enumerate("001122"):
        put(root / ".store" / k / f"{i}.png", picture(np.full((3, 3), i, np.uint8)))
    for k in "012":
        (root / k).symlink_to(f".store/{k}", target_is_directory=True)
    read = load(root)
    assert read.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert not read.notices
    (root / "0" / "loop").symlink_to(root, target_is_directory=True)
    (root / "again").symlink_to(root / "1", target_is_directory=True)
    (root / "nowhere").symlink_to(root / "gone")
    (root / "2" / "twin.png").symlink_to("4.png")
    read = load(root)
    assert read.labels.tolist() == [0, 0, 1, 1, 2, 2]
    (said,) = read.notices
    assert said == (
        "Four links were left out, since they lead out of the folder, nowhere, or to what is read "
        "already: 0/loop, 2/twin.png, again and others."
    )


def test_links_to_files_of_a_hidden_store(picture, tmp_path):
    put(tmp_path / ".store" / "a.png", picture(GREY))
    put(tmp_path / ".store" / "b.png", picture(GREY))
    for k, name in ("0a", "1b"):
        (tmp_path / k).mkdir()
        (tmp_path / k / f"{name}.png").symlink_to(f"../.store/{name}.png")
    assert load(tmp_path).labels.tolist() == [0, 1]


def test_links_that_multiply_end(picture, tmp_path):
    """Twenty folders with two links each to the next would be a million folders."""
    put(tmp_path / ".19" / "a.png", picture(GREY))
    for k in range(19):
        (tmp_path / f".{k}").mkdir()
        for name in "xy":
            (tmp_path / f".{k}" / name).symlink_to(f"../.{k + 1}", target_is_directory=True)
    (tmp_path / "start").symlink_to(".0", target_is_directory=True)
    assert len(load(tmp_path)) == 1


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_names_that_are_not_utf8(picture, tmp_path):
    for name in (b"caf\xe9", b"caf\xe8"):
        folder = os.fsencode(tmp_path) + b"/" + name
        os.mkdir(folder)  # noqa: PTH102
        put(tmp_path / os.fsdecode(name) / "a.png", picture(GREY))
    read = load(tmp_path)
    assert read.labels.tolist() == ["caf\\xe8", "caf\\xe9"]
    "".join(read.names).encode("utf-8")


def test_names_that_may_hold_labels_are_mentioned(picture, tmp_path):
    for i in range(40):
        put(tmp_path / "a" / f"{i % 4}_{i:03}.png", picture(GREY))
        put(tmp_path / "b" / f"img_{i:03}.png", picture(GREY))
    (said,) = load(tmp_path / "a").notices
    assert said.startswith("The pictures have no labels; if their names hold them (0_000.png)")
    assert not load(tmp_path / "b").notices
    assert load(tmp_path).labels.tolist() == ["a"] * 40 + ["b"] * 40
    assert load(tmp_path, label_level=0).labels is None


def test_long_names_take_little_room(picture, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x" * 60_000 + ".png", picture(GREY))
        for i in range(2_000):
            archive.writestr(f"{i}.png", picture(GREY))
    read = load(tmp_path / "a.zip")
    assert read.names.nbytes < 1 << 20
    assert read.names[1999] == "999.png"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x" * 300 + "/0.png", picture(GREY))
        archive.writestr("y/0.png", picture(GREY))
    with pytest.raises(BadInputError, match="has 300 characters; at most 200"):
        load(tmp_path / "b.zip")


def test_pictures_left_out_do_not_decide_size_depth_or_colour(tmp_path, picture):
    for label in "ab":
        for number in range(10):
            put(tmp_path / label / f"{number}.png", picture(GREY))
    deep = io.BytesIO()
    Image.fromarray(np.full((40, 60), 60_000, np.uint16)).save(deep, "PNG")
    put(tmp_path / "preview.png", deep.getvalue())
    found = load(tmp_path)
    assert (found.pixels == GREY).all()
    assert [said.split(":")[0] for said in found.notices] == [
        "One picture without a class folder was left out",
        "To keep pictures outside the class folders, give --label-level 0, which means no labels.",
    ]
