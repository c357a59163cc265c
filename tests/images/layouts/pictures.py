"""Folders and archives of pictures, and label files."""

import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from tests.images.layouts.base import GREY, Layout, Y, png, png_bytes, text_rows
from tests.images.layouts.base import layout as register

LAYOUTS: list[Layout] = []
layout = partial(register, into=LAYOUTS)

# Folders and archives of pictures

G, GY = GREY[:100], Y[:100]


def _by_class(root: Path, rows=range(100), ending=".png", form=None) -> None:
    for i in rows:
        path = root / str(GY[i]) / f"{i:03}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(G[i]).save(path, form)


_ORDER = np.lexsort((np.arange(100), GY))


@layout(G[_ORDER], GY[_ORDER], says="preview.png")
def folder_with_a_preview(tmp):
    _by_class(tmp / "d")
    png(tmp / "d" / "preview.png", G[0])
    return tmp / "d"


@layout(G[_ORDER], GY[_ORDER])
def zip_with_backslashes(tmp):
    with zipfile.ZipFile(tmp / "f.zip", "w") as archive:
        for i in range(100):
            info = zipfile.ZipInfo("x")
            info.filename = f"d\\{GY[i]}\\{i:03}.png"
            archive.writestr(info, png_bytes(G[i]))
    return tmp / "f.zip"


@layout(G[:70][np.lexsort((np.arange(70), GY[:70]))], np.sort(GY[:70]), says="test")
def folder_train_by_class_test_flat(tmp):
    _by_class(tmp / "d" / "train", range(70))
    for i in range(70, 100):
        png(tmp / "d" / "test" / f"{i}.png", G[i])
    return tmp / "d"


_SPLIT = np.concatenate(
    [70 + np.lexsort((np.arange(30), GY[70:])), np.lexsort((np.arange(70), GY[:70]))]
)


@layout(G[_SPLIT], GY[_SPLIT])
def folder_train_and_test_by_class(tmp):
    _by_class(tmp / "d" / "train", range(70))
    _by_class(tmp / "d" / "test", range(70, 100))
    return tmp / "d"


_NIST = np.lexsort((np.arange(100), np.arange(100) % 4, GY))


@layout(G[_NIST], GY[_NIST] + 30)
def folder_class_then_writer(tmp):
    for i in range(100):
        png(tmp / "d" / str(30 + GY[i]) / f"hsf_{i % 4}" / f"{i:03}.png", G[i])
    return tmp / "d"


_ALPHA = np.lexsort((np.arange(100), GY % 5, GY // 5))


@layout(G[_ALPHA], np.array([f"alphabet{k // 5}/character{k % 5:02}" for k in GY[_ALPHA]]))
def folder_two_alphabets(tmp):
    for i in range(100):
        png(tmp / "d" / f"alphabet{GY[i] // 5}" / f"character{GY[i] % 5:02}" / f"{i:03}.png", G[i])
    return tmp / "d"


@layout(G[_ORDER], GY[_ORDER])
def folder_of_links(tmp):
    _by_class(tmp / "d" / ".store")
    for k in range(10):
        (tmp / "d" / str(k)).symlink_to(tmp / "d" / ".store" / str(k), target_is_directory=True)
    return tmp / "d"


@layout(G)
def folder_16_bit_png_with_8_bits(tmp):
    for i in range(100):
        png(tmp / "d" / f"{i:03}.png", G[i].astype(np.uint16))
    return tmp / "d"


@layout(G, says="12")
def folder_16_bit_png_with_12_bits(tmp):
    for i in range(100):
        png(tmp / "d" / f"{i:03}.png", (G[i].astype(np.uint16) * 16 + 15).astype(np.uint16))
    return tmp / "d"


@layout(255 - np.where(G > 0, 255, 0).astype(np.uint8))
def folder_black_ink_on_transparency(tmp):
    for i in range(100):
        rgba = np.zeros((8, 8, 4), np.uint8)
        rgba[..., 3] = np.where(G[i] > 0, 255, 0)
        png(tmp / "d" / f"{i:03}.png", rgba)
    return tmp / "d"


@layout(np.where(G > 0, 255, 0).astype(np.uint8))
def folder_white_ink_on_transparency(tmp):
    for i in range(100):
        rgba = np.full((8, 8, 4), 255, np.uint8)
        rgba[..., 3] = np.where(G[i] > 0, 255, 0)
        png(tmp / "d" / f"{i:03}.png", rgba)
    return tmp / "d"


def _pictures(ending: str, form: str) -> Callable[[Path], Path]:
    def make(tmp: Path) -> Path:
        _by_class(tmp / "d", ending=ending, form=form)
        return tmp / "d"

    make.__name__ = f"folder_of_{form.lower()}{'_without_ending' if not ending else ''}"
    return make


for _ending, _form in ((".pgm", "PPM"), (".jp2", "JPEG2000"), ("", "PNG")):
    layout(G[_ORDER], GY[_ORDER])(_pictures(_ending, _form))


@layout(G)
def tiff_of_many_pages(tmp):
    pages = [Image.fromarray(a) for a in G]
    pages[0].save(tmp / "f.tif", save_all=True, append_images=pages[1:])
    return tmp / "f.tif"


@layout(G[_ORDER], GY[_ORDER])
def tar_of_pictures(tmp):
    _by_class(tmp / "d")
    with tarfile.open(tmp / "f.tar", "w") as archive:
        archive.add(tmp / "d", "d")
    return tmp / "f.tar"


def _tar(mode: str) -> Callable[[Path], Path]:
    def make(tmp: Path) -> Path:
        _by_class(tmp / "d")
        with tarfile.open(tmp / "f.tar", f"w:{mode}") as archive:
            archive.add(tmp / "d", ".")
        return tmp / "f.tar"

    make.__name__ = f"tar_{mode}_of_pictures"
    return make


for _mode in ("gz", "bz2", "xz"):
    layout(G[_ORDER], GY[_ORDER])(_tar(_mode))


# Which folder is the label


def _placed(tmp: Path, place: Callable[[int], str]) -> Path:
    """Each picture at the path that `place` gives its number."""
    for i in range(100):
        png(tmp / "d" / place(i), G[i])
    return tmp / "d"


@layout(G[_ORDER], GY[_ORDER])
def zip_in_one_folder_with_a_mac_s_extras(tmp):
    with zipfile.ZipFile(tmp / "f.zip", "w") as archive:
        for i in range(100):
            archive.writestr(f"digits/{GY[i]}/{i:03}.png", png_bytes(G[i]))
            archive.writestr(f"__MACOSX/digits/{GY[i]}/._{i:03}.png", b"x")
        archive.writestr("digits/.DS_Store", b"x")
    return tmp / "f.zip"


_WRITER = np.lexsort((np.arange(100), GY, np.arange(100) % 4))


@layout(G[_WRITER], GY[_WRITER], says="--label-level 1")
def folder_writer_then_class(tmp):
    return _placed(tmp, lambda i: f"writer{i % 4}/{GY[i]}/{i:03}.png")


@layout(G[_NIST], GY[_NIST], says="--label-level 2")
def folder_class_then_part(tmp):
    return _placed(tmp, lambda i: f"{GY[i]}/w{i % 4:03}/{i:03}.png")


_PART = np.lexsort((np.arange(100), GY, np.arange(100) % 2))


@layout(G[_PART], GY[_PART])
def folder_parts_with_a_name_then_class(tmp):
    parts = ("MNIST - JPG - testing", "MNIST - JPG - training")
    return _placed(tmp, lambda i: f"{parts[i % 2]}/{GY[i]}/{i:03}.png")


_BY_PART = np.lexsort((np.arange(100), np.arange(100) % 2, GY))


@layout(G[_BY_PART], GY[_BY_PART])
def folder_class_then_split(tmp):
    return _placed(tmp, lambda i: f"{GY[i]}/{('test', 'train')[i % 2]}/{i:03}.png")


@layout(G[np.arange(100)[np.argsort(np.arange(100) % 2, kind="stable")]], says="--label-level 1")
def folder_of_parts_alone(tmp):
    return _placed(tmp, lambda i: f"{('test', 'train')[i % 2]}/{i:03}.png")


_KAGGLE = np.lexsort((np.arange(70), GY[:70]))


@layout(G[_KAGGLE], GY[_KAGGLE], says="without a class folder")
def folder_train_by_class_test_in_one_folder(tmp):
    return _placed(
        tmp, lambda i: f"train/{GY[i]}/{i:03}.png" if i < 70 else f"test/images/{i:03}.png"
    )


@layout(refused="--label-level 1 or --label-level 2")
def folder_numbers_in_numbers(tmp):
    return _placed(tmp, lambda i: f"{i % 7}/{GY[i]}/{i:03}.png")


_NUMBERS = np.lexsort((np.arange(100), GY, np.arange(100) % 7))


@layout(G[_NUMBERS], GY[_NUMBERS], options={"label_level": 2})
def folder_numbers_in_numbers_by_level(tmp):
    return _placed(tmp, lambda i: f"{i % 7}/{GY[i]}/{i:03}.png")


@layout(G[_NUMBERS], [f"{i % 7}/{GY[i]}" for i in _NUMBERS], options={"label_level": (1, -1)})
def folder_numbers_in_numbers_by_both(tmp):
    return _placed(tmp, lambda i: f"{i % 7}/{GY[i]}/{i:03}.png")


# Characters 1 to 4 of one alphabet and 1 to 6 of another, as two parts of one set.
_SCRIPTS = [
    f"background/Greek/character{k + 1:02}" if k < 4 else f"evaluation/Latin/character{k - 3:02}"
    for k in GY
]
_OMNIGLOT = np.lexsort((np.arange(100), _SCRIPTS))


@layout(G[_OMNIGLOT], [_SCRIPTS[i].split("/", 1)[1] for i in _OMNIGLOT], says="levels 2 and 3")
def folder_alphabets_of_several_lengths(tmp):
    return _placed(tmp, lambda i: f"{_SCRIPTS[i]}/{i:03}.png")


# Kinds of pictures


@layout(G[_ORDER], GY[_ORDER], says="SVG")
def folder_with_capitals_and_drawings(tmp):
    _by_class(tmp / "d", ending=".PNG", form="PNG")
    for k in range(3):
        (tmp / "d" / str(k) / "drawing.svg").write_text("<svg/>")
    return tmp / "d"


@layout(G, says="tiles", options={"shape": (8, 8)})
def sheet_of_tiles(tmp):
    sheet = G.reshape(5, 20, 8, 8).transpose(0, 2, 1, 3).reshape(40, 160)
    png(tmp / "f.png", sheet)
    return tmp / "f.png"


@layout(refused="--shape 20x20")
def sheet_without_the_size_of_tiles(tmp):
    png(tmp / "f.png", G.reshape(5, 20, 8, 8).transpose(0, 2, 1, 3).reshape(40, 160))
    return tmp / "f.png"


@layout(G[_ORDER], GY[_ORDER], says="page")
def folder_of_a_tiff_a_class(tmp):
    for k in range(10):
        pages = [Image.fromarray(a) for a in G[k == GY]]
        (tmp / "d" / str(k)).mkdir(parents=True)
        pages[0].save(tmp / "d" / str(k) / "all.tif", save_all=True, append_images=pages[1:])
    return tmp / "d"


@layout(255 - G, says="white")
def folder_of_grey_with_a_transparent_value(tmp):
    for i in range(100):
        path = tmp / "d" / f"{i:03}.png"
        path.parent.mkdir(exist_ok=True)
        ink = np.where(G[i] == 0, 7, 255 - G[i]).astype(np.uint8)
        Image.fromarray(ink).save(path, transparency=7)
    return tmp / "d"


@layout(G)
def gif_of_many_frames(tmp):
    frames = [Image.fromarray(a) for a in G]
    frames[0].save(tmp / "f.gif", save_all=True, append_images=frames[1:])
    return tmp / "f.gif"


# Labels from a file of their own


def _pictures_and(tmp: Path, text: str) -> Path:
    for i in range(100):
        png(tmp / "d" / f"s{i:03}.png", G[i])
    (tmp / "labels.csv").write_text(text)
    return tmp / "d"


@layout(G, GY, options={"labels": "labels.csv"})
def labels_by_number(tmp):
    return _pictures_and(tmp, text_rows(enumerate(GY)))


@layout(G, GY, options={"labels": "labels.csv"})
def labels_by_file_name_shuffled(tmp):
    order = np.random.default_rng(1).permutation(100)
    return _pictures_and(
        tmp, "filename,label\n" + text_rows((f"s{i:03}.png", GY[i]) for i in order)
    )


NOT_YET: set[str] = set()
