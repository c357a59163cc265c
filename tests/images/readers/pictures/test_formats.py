"""Depth, transparency, pages and kinds of pictures, over a whole set."""

import io
import struct
import time
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image, features
from tests.images.readers.test_hostile import (
    BOUND,
    assert_set_or_sentence,
    damage,
    damaged,
    little_memory,
    peak,
)
from tests.images.test_notices import assert_short

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.pictures import frames
from inkcluster.images.readers.pictures.decoding import decode
from inkcluster.images.readers.pictures.kinds import counted, other_kind, picture_format

RAMP = np.arange(0, 240, 10).reshape(4, 6)


def saved(path, array, fmt=None, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, fmt, **options)


def notices(path, **how):
    found = load(path, **how)
    for notice in found.notices:
        assert_short(notice)
    return found.pixels, " ".join(found.notices)


def png_of(facts, rows, *more):
    """A PNG by hand: width, height, bits and type of colour, its rows, and other chunks."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", *facts, 0, 0, 0)), *more,
        (b"IDAT", zlib.compress(rows)), (b"IEND", b""),
    ]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


# Depth


@pytest.mark.parametrize(("bits", "ending"), [(10, "png"), (12, "png"), (14, "tif"), (16, "tif")])
def test_depth_is_decided_over_the_set(bits, ending, tmp_path):
    most = (1 << bits) - 1
    dark = np.array([[0, 3, most // 2]], np.uint16)
    saved(tmp_path / f"a.{ending}", dark)
    saved(tmp_path / f"b.{ending}", np.array([[most, 0, most // 3]], np.uint16))
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels[0], np.rint(dark * (255 / most)))
    assert pixels[1, 0, 0] == 255
    assert f"Pixel values up to {most:,} were scaled as {bits}-bit images to bytes." in said


def test_bytes_in_16_bits_stay_as_they_are(tmp_path):
    saved(tmp_path / "a.png", RAMP.astype(np.uint16))
    saved(tmp_path / "b.png", (255 - RAMP).astype(np.uint8))
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels, [RAMP, 255 - RAMP])
    assert "hold values up to 230, which were kept as bytes" in said


def test_fractions_are_scaled_over_the_set(tmp_path):
    saved(tmp_path / "a.tif", np.array([[0, 0.5]], np.float32))
    saved(tmp_path / "b.tif", np.array([[0.25, 200]], np.float32))
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels, [[[0, 0]], [[0, 200]]])
    assert "Fractional pixel values were rounded" in said
    saved(tmp_path / "b.tif", np.array([[-0.5, 1]], np.float32))
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels, [[[128, 191]], [[64, 255]]])
    saved(tmp_path / "b.tif", np.array([[-0.25, 1]], np.float32))
    with pytest.raises(BadInputError, match=r"values run from -0\.25 to 1, outside"):
        load(tmp_path)


def test_16_bits_a_colour_of_which_only_the_lower_are_used(tmp_path):
    def png(value):
        row = b"\0" + struct.pack(">HHH", value, value, 0)
        return png_of((1, 1, 16, 2), row)

    (tmp_path / "a.png").write_bytes(png(4095))
    with pytest.raises(BadInputError, match="16 bits a colour"):
        load(tmp_path)
    (tmp_path / "b.png").write_bytes(png(65535))
    assert len(load(tmp_path)) == 2


# Transparency


@pytest.mark.parametrize(("ink", "name", "laid"), [(20, "dark", "white"), (230, "light", "black")])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_ink_on_transparency_stays_visible(ink, name, laid, mode, tmp_path):
    shape = np.zeros((4, 4), np.uint8)
    shape[1:3, 1:3] = 255
    for i in range(3):
        channels = [np.full_like(shape, ink)] * (3 if mode == "RGBA" else 1)
        saved(tmp_path / f"{i}.png", np.dstack([*channels, np.roll(shape, i, 0)]))
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels[0], np.where(shape, ink, 255 if laid == "white" else 0))
    assert f"of three pictures were laid on {laid}, since the ink is {name}" in said


def test_the_transparent_value_of_a_grey_picture(tmp_path):
    grey = np.array([[0, 90, 90, 200]], np.uint8)
    Image.fromarray(grey).save(tmp_path / "a.png", transparency=200)
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels, [[[0, 90, 90, 255]]])
    assert "laid on white" in said
    Image.fromarray(grey.astype(np.uint16) * 256).save(tmp_path / "a.png", transparency=200 * 256)
    np.testing.assert_array_equal(load(tmp_path).pixels, [[[0, 90, 90, 255]]])


def test_the_transparent_value_of_a_picture_with_few_bits(tmp_path):
    transparent = (b"tRNS", struct.pack(">H", 2))
    (tmp_path / "a.png").write_bytes(png_of((4, 1, 2, 0), b"\0\x1b", transparent))
    pixels, _ = notices(tmp_path)
    np.testing.assert_array_equal(pixels, [[[0, 85, 255, 255]]])


def test_full_opacity_is_not_mentioned(tmp_path):
    opaque = np.dstack([RAMP] * 3 + [np.full_like(RAMP, 255)]).astype(np.uint8)
    saved(tmp_path / "a.png", opaque)
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels, [RAMP])
    assert said == ""


# Formats and kinds


@pytest.mark.parametrize("ending", ["png", "jp2", "pgm", "tif", "bmp", "gif", "webp"])
@pytest.mark.parametrize("named", [str.upper, lambda ending: "", lambda ending: "data"])
def test_pictures_are_known_by_their_content(ending, named, tmp_path):
    form = {"jp2": "JPEG2000", "pgm": "PPM", "tif": "TIFF"}.get(ending, ending.upper())
    if form == "JPEG2000" and not features.check("jpg_2000"):
        pytest.skip("Pillow was built without JPEG 2000")
    options = {"WEBP": {"lossless": True}}.get(form, {})
    grey = np.tile(RAMP, (4, 4)).astype(np.uint8)
    saved(tmp_path / f"one.{named(ending)}".rstrip("."), grey, form, **options)
    (tmp_path / "notes").write_text("P1 P2 P3\n1 2 3\n")
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels, [grey])
    assert said == "1 file that is not a picture was left out."


def test_pnm_in_text_and_of_bits(tmp_path):
    (tmp_path / "a.pgm").write_text("P2\n# by hand\n3 1\n15\n0 5 15\n")
    (tmp_path / "b.pbm").write_text("P1\n3 1\n0 1 1\n")
    pixels, _ = notices(tmp_path)
    np.testing.assert_array_equal(pixels, [[[0, 85, 255]], [[255, 0, 0]]])


OTHERS = {
    "a.svg": b'<?xml version="1.0"?>\n<!-- by hand --><svg xmlns="http://www.w3.org/2000/svg"/>',
    "b.svg": b"\xef\xbb\xbf <svg></svg>",
    "c.pdf": b"%PDF-1.7\n",
    "d.mp4": b"\0\0\0\x20ftypisom" + bytes(20),
    "e.heic": b"\0\0\0\x18ftypheic" + bytes(20),
}


def test_other_kinds_are_counted_by_name(tmp_path):
    for name, content in OTHERS.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(
        BadInputError, match="it holds two SVG drawings, one PDF document and two o"
    ):
        load(tmp_path)
    saved(tmp_path / "f.png", RAMP.astype(np.uint8))
    _, said = notices(tmp_path)
    assert said == (
        "Two SVG drawings, one PDF document and two other files were left out; these are not read."
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.svg", "is an SVG drawing"),
        ("c.pdf", "is a PDF document"),
        ("d.mp4", "is a video"),
        ("e.heic", "is a HEIC picture"),
    ],
)
def test_other_kinds_alone_are_refused_by_name(name, said, tmp_path):
    (tmp_path / "data").write_bytes(OTHERS[name])
    with pytest.raises(BadInputError, match=rf"data {said}, which is not read; save .*PNG\."):
        load(tmp_path / "data")


def test_what_begins_alike_is_told_apart_quickly():
    assert picture_format(b"BMI,age,label\n27,33,1\n" + bytes(9)) is None
    assert picture_format(b"P3 P4\n1 2") is None
    assert other_kind(b"\0\0\x08\x03\0\0\0\x0a") is None
    assert other_kind(b"ftyp,label") is None
    assert counted([None]) == "one other file"
    start = time.process_time()
    for hostile in (b"<!---->" * 146, b"<?xml ?>" * 128, b" " * 1024, b"P2 " + b"#\n" * 500):
        assert other_kind(hostile) is None
        assert picture_format(hostile) is None
    assert time.process_time() - start < 1


# Pages, frames, tiles


def pages(path, arrays, **options):
    first, *rest = [Image.fromarray(array) for array in arrays]
    first.save(path, save_all=True, append_images=rest, **options)
    return path


MANY = [np.full((3, 4), 10 * i, np.uint8) for i in range(20)]


def test_every_page_of_a_tiff_is_an_image(tmp_path):
    for name in "01":
        (tmp_path / "d" / name).mkdir(parents=True)
        pages(tmp_path / "d" / name / "all.tif", MANY[:3])
    found = load(tmp_path / "d")
    np.testing.assert_array_equal(found.pixels, MANY[:3] * 2)
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.names.tolist()[:2] == ["0/all.tif[0]", "0/all.tif[1]"]
    assert "Every page of two pictures with several pages is an image." in found.notices
    alone = load(tmp_path / "d" / "0" / "all.tif")
    assert len(alone) == 3
    assert load(tmp_path / "d" / "0" / "all.tif", shape=(6, 8)).shape == (6, 8)


@pytest.mark.parametrize("form", ["gif", "webp", "png"])
def test_of_animations_in_a_folder_the_first_frame_is_read(form, tmp_path):
    options = {"lossless": True} if form == "webp" else {}
    pages(tmp_path / f"a.{form}", MANY, **options)
    pixels, said = notices(tmp_path)
    np.testing.assert_array_equal(pixels, MANY[:1])
    assert "Of one picture with several frames only the first was read." in said
    alone = load(tmp_path / f"a.{form}")
    np.testing.assert_array_equal(alone.pixels, MANY)


def directories(content):
    """Where each page's directory begins in a TIFF, and where the pointer to the next one is."""
    at = struct.unpack("<I", content[4:8])[0]
    while at:
        entries = struct.unpack("<H", content[at : at + 2])[0]
        pointer = at + 2 + 12 * entries
        yield at, pointer
        at = struct.unpack("<I", content[pointer : pointer + 4])[0]


def test_smaller_copies_in_a_tiff_are_no_pages(tmp_path):
    path = pages(tmp_path / "a.tif", MANY[:2], tiffinfo={254: 0})
    assert len(load(tmp_path)) == 2
    content = bytearray(path.read_bytes())
    _, (second, _) = directories(content)
    assert struct.unpack("<HHII", content[second + 2 : second + 14]) == (254, 4, 1, 0)
    content[second + 10] = 1
    path.write_bytes(content)
    assert len(load(tmp_path)) == 1


def test_a_tiff_with_too_many_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "MAX_PAGES", 5)
    pages(tmp_path / "a.tif", MANY)
    found = load(tmp_path / "a.tif")
    assert len(found) == 5
    assert "skipped: a.tif from page 5 (more than 5 pages)" in found.notices[0]


def test_a_tiff_whose_pages_go_in_a_circle(tmp_path):
    path = pages(tmp_path / "a.tif", MANY[:2])
    content = bytearray(path.read_bytes())
    (first, _), (_, pointer) = directories(content)
    content[pointer : pointer + 4] = struct.pack("<I", first)
    path.write_bytes(content)
    assert len(load(path)) == 2


def test_a_sheet_is_cut_into_tiles(tmp_path):
    rows = [np.hstack(MANY[5 * i : 5 * i + 5]) for i in range(4)]
    saved(tmp_path / "sheet.png", np.vstack(rows))
    found = load(tmp_path / "sheet.png", shape=(3, 4))
    np.testing.assert_array_equal(found.pixels, MANY)
    assert "cut into 4 rows of 5 tiles" in found.notices[0]
    with pytest.raises(BadInputError, match=r"single picture of 12 × 20; .* --shape 20x20\."):
        load(tmp_path / "sheet.png")
    with pytest.raises(BadInputError, match="cannot be cut into tiles of 5 × 5"):
        load(tmp_path / "sheet.png", shape=(5, 5))


# Hostile


def test_pictures_that_promise_too_much(tmp_path):
    (tmp_path / "a.pgm").write_bytes(b"P5 100000 100000 255\n" + bytes(100))
    huge = io.BytesIO()
    Image.fromarray(MANY[0]).save(huge, "BMP")
    content = bytearray(huge.getvalue())
    content[18:26] = struct.pack("<ii", 1 << 20, 1 << 20)
    (tmp_path / "b.bmp").write_bytes(content)
    saved(tmp_path / "c.png", MANY[0])
    with little_memory():
        found = load(tmp_path)
    assert len(found) == 1
    assert "a.pgm, b.bmp" in found.notices[0]


@pytest.mark.parametrize("form", ["tif", "gif", "pgm", "jp2", "deep.png", "clear.png"])
def test_damaged_files_of_pictures(form, tmp_path):
    path = tmp_path / f"a.{form}"
    if form in ("tif", "gif"):
        pages(path, MANY[:4])
    elif form == "deep.png":
        saved(path, RAMP.astype(np.uint16) * 17)
    elif form == "clear.png":
        saved(path, np.dstack([RAMP, RAMP]).astype(np.uint8))
    else:
        saved(path, np.tile(RAMP, (4, 4)).astype(np.uint8))
    whole = path.read_bytes()
    before = peak()

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(damage())
    def check(how):
        path.write_bytes(damaged(whole, *how))
        assert_set_or_sentence(tmp_path)
        assert_set_or_sentence(path)

    check()
    assert peak() - before < BOUND


def test_one_picture_by_itself():
    content = io.BytesIO()
    Image.fromarray(np.dstack([RAMP, RAMP * 0]).astype(np.uint8)).save(content, "PNG")
    grey, had_colour = decode(content)
    assert (grey == 255).all()
    assert not had_colour


def test_what_pillow_warns_of_is_not_shown(tmp_path):
    (tmp_path / "large.png").write_bytes(png_of((10_000, 10_001, 8, 0), b"\0"))
    saved(tmp_path / "a.png", MANY[0])
    with little_memory():
        said = load(tmp_path).notices[0]
    assert said == "1 of 2 pictures could not be read and was skipped: large.png (too many pixels)."
