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


NOT_YET: set[str] = {
    "folder_16_bit_png_with_12_bits",
    "folder_class_then_writer",
    "folder_of_jpeg2000",
    "folder_of_links",
    "folder_of_png_without_ending",
    "folder_of_ppm",
    "folder_train_by_class_test_flat",
    "folder_two_alphabets",
    "folder_white_ink_on_transparency",
    "folder_with_a_preview",
    "labels_by_file_name_shuffled",
    "labels_by_number",
    "tiff_of_many_pages",
}
