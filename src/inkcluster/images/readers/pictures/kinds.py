"""Tells from its first bytes whether a file is a picture that can be read, or what else it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from inkcluster.words import listed, several

HEAD_BYTES = 1024
"""How much of a file is looked at."""
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000")
"""The formats that are read, as Pillow calls them."""
ENDINGS = (
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp", ".pgm",
    ".ppm", ".pbm", ".pnm", ".jp2", ".j2k", ".jpx", ".jpf", ".j2c", ".jpc",
)  # fmt: skip
"""Files so called are pictures, and reported if they are not."""
FORMAT_WORDS = "PNG, JPEG, GIF, BMP, TIFF, WebP, PGM, PPM or JPEG 2000"
MAX_NAMED_KINDS = 2

_SIGNS: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (name, re.compile(sign, re.DOTALL))
    for name, sign in (
        ("PNG", rb"\x89PNG\r\n\x1a\n"),
        ("JPEG", rb"\xff\xd8\xff"),
        ("GIF", rb"GIF8[79]a"),
        ("BMP", rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"),
        ("TIFF", rb"II\*\0|MM\0\*|II\+\0\x08\0|MM\0\+\0\x08"),
        ("WEBP", rb"RIFF....WEBP"),
        ("PPM", rb"P[1-6]\s+(?:\#[^\n]*\n\s*)*\d+\s+(?:\#[^\n]*\n\s*)*\d+\s"),
        ("JPEG2000", rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
    )
)
_MARKUP = rb"(?:\xef\xbb\xbf)?\s*(?:(?:<\?xml[^>]*>|(?><!--.*?-->)|<!DOCTYPE svg[^>]*>)\s*)*"
_OTHERS: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (name, re.compile(sign, re.DOTALL | re.IGNORECASE))
    for name, sign in (
        ("SVG drawing", _MARKUP + rb"<(?:svg:)?svg[\s/>]"),
        ("PDF document", rb".{0,1000}%PDF-\d"),
        ("PostScript document", rb"%!PS|\xc5\xd0\xd3\xc6"),
        ("HEIC picture", rb"....ftyp(?:hei[cfmsx]|hev[cmsx]|mif1|msf1)"),
        ("AVIF picture", rb"....ftypavi[fs]"),
        ("video", rb"....ftyp(?!jp[2xm] )|RIFF....AVI |\x1a\x45\xdf\xa3|FLV\x01|\0\0\x01[\xb3\xba]|OggS"),
        ("Photoshop picture", rb"8BPS"),
        ("GIMP picture", rb"gimp xcf"),
        ("JPEG XL picture", rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n"),
        ("DjVu document", rb"AT&TFORM"),
        ("icon", rb"\0\0[\x01\x02]\0[\x01-\x40]\0"),
        ("DICOM picture", rb".{128}DICM"),
        ("Python pickle", rb"\x80[\x02-\x05][(}\])c\x95]"),
        ("web page", _MARKUP + rb"<(?:!doctype\s+html|html[\s>])"),
        ("Git LFS pointer", rb"version https://git-lfs"),
    )
)  # fmt: skip


def picture_format(start: bytes) -> str | None:
    """The format of a picture that begins so, as Pillow calls it; None if it is none of FORMATS.

    Examples
    --------
    >>> picture_format(b"P5 8 8 255 ...."), picture_format(b"P1 P2 P3")
    ('PPM', None)
    """
    return next((name for name, sign in _SIGNS if sign.match(start)), None)


def other_kind(start: bytes) -> str | None:
    """What else a file is that somebody may take for a picture; None where that is not known.

    Examples
    --------
    >>> other_kind(b"<?xml version='1.0'?><svg width='8'/>"), other_kind(b"%PDF-1.4")
    ('SVG drawing', 'PDF document')
    """
    return next((name for name, sign in _OTHERS if sign.match(start)), None)


def with_article(kind: str) -> str:
    """The kind after its article.

    Examples
    --------
    >>> with_article("SVG drawing"), with_article("video")
    ('an SVG drawing', 'a video')
    """
    vowel = kind.startswith(("SVG", "AVIF", "icon", "Office"))
    return f"{'an' if vowel else 'a'} {kind}"


def counted(kinds: Iterable[str | None]) -> str:
    """How many files there are of each kind, the most frequent first; None is any other file.

    Examples
    --------
    >>> counted(["video", None, "SVG drawing", "SVG drawing"])
    'two SVG drawings, one video and one other file'
    """
    counts = Counter(kinds)
    others = counts.pop(None, 0)
    named = [several(n, kind) for kind, n in counts.most_common(MAX_NAMED_KINDS) if kind]
    others += sum(n for _, n in counts.most_common()[MAX_NAMED_KINDS:])
    if others:
        named.append(several(others, "other file"))
    return listed(named)
