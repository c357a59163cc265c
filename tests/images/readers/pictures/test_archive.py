"""Archives of files: every packing, every order, and whatever a hostile hand can write into them."""

import io
import tarfile
import zipfile
from pathlib import PurePosixPath

import numpy as np
import pytest
from tests.images.readers.test_hostile import (
    MEBI,
    assert_damage_is_survived,
    assert_set_or_sentence,
    little_memory,
)

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.pictures import archive
from inkcluster.images.readers.pictures.archive import members

GREY = np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)
MODES = ["zip", "w", "w:gz", "w:bz2", "w:xz"]
CONTENT = {"top/b/2.png": b"two", "top/a/10.png": b"", "top/a/1.png": b"one" * 1000}


def packed(path, content, mode="w", form=tarfile.PAX_FORMAT):
    if mode == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in content.items():
                file.writestr(name, data)
        return path
    with tarfile.open(path, mode, format=form) as file:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return path


def odd_tar(path, **facts):
    """A tar with one sound file and one whose header says `facts`."""
    with tarfile.open(path, "w") as file:
        fine = tarfile.TarInfo("fine.png")
        fine.size = 4
        file.addfile(fine, io.BytesIO(b"fine"))
        odd = tarfile.TarInfo("odd.png")
        for name, value in facts.items():
            setattr(odd, name, value)
        file.addfile(odd)
    return path


@pytest.mark.parametrize("mode", MODES)
def test_members_are_sorted_and_open_in_any_order(mode, tmp_path):
    path = packed(tmp_path / "archive", CONTENT, mode)
    with members(path) as found:
        assert [str(member.name) for member in found] == [
            "top/a/1.png", "top/a/10.png", "top/b/2.png",
        ]  # fmt: skip
        for member in reversed(found):
            with member.open() as stream:
                assert stream.read() == CONTENT[str(member.name)]
            assert member.size == len(CONTENT[str(member.name)])
        with found[0].open() as stream:
            stream.seek(-3, io.SEEK_END)
            assert stream.read(9) == b"one"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_of_tar(form, tmp_path):
    name = "/".join(["ordner"] * 20 + ["é.png"])
    with members(packed(tmp_path / "a.tar", {name: b"x"}, form=form)) as found:
        assert [member.name for member in found] == [PurePosixPath(name)]


@pytest.mark.parametrize(
    ("encoding", "is_said", "read"),
    [("utf-8", False, "naïf"), ("cp437", True, "naïf"), ("cp1252", True, "na∩f")],
)
def test_a_zip_that_does_not_say_how_to_read_its_names(encoding, is_said, read, picture, tmp_path):
    """macOS writes UTF-8, which can be told; Windows code pages, of which only one can be taken."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        for name in ("NAME.../1.png", "b/2.png", "NAME.../3.png"):
            archive.writestr(name, picture(np.eye(4, dtype=np.uint8)))
    raw = "naïf".encode(encoding)
    raw += b"." * (len("NAME...") - len(raw))
    (tmp_path / "a.zip").write_bytes(zipped.getvalue().replace(b"NAME...", raw))
    images = load(tmp_path / "a.zip")
    assert {label.rstrip(".") for label in images.labels} == {read, "b"}
    said = (
        "The zip does not say how to read the letters in the names of two files; they were taken for "
        "code page 437, so other letters may be meant."
    )
    assert images.notices == is_said * (said,)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil"])
def test_names_that_lead_out(mode, name, tmp_path):
    path = packed(tmp_path / "archive", {"fine.png": b"x", name: b"y"}, mode)
    with pytest.raises(BadInputError, match="leads out of the archive"), members(path):
        pass


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "a symbolic link"),
        ({"type": tarfile.LNKTYPE, "linkname": "fine.png"}, "a hard link"),
        ({"type": tarfile.CHRTYPE}, "a device or another special file"),
        ({"type": tarfile.FIFOTYPE}, "a device or another special file"),
        ({"type": b"Q"}, "a device or another special file"),
        (
            {"pax_headers": {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(1 << 50)}},
            "a sparse file",
        ),
    ],
)
def test_tars_with_more_than_files(facts, what, tmp_path):
    path = odd_tar(tmp_path / "a.tar", **facts)
    with pytest.raises(BadInputError, match=rf"holds {what} \('odd\.png'\)"):
        load(path)


@pytest.mark.parametrize("size", [1 << 20, 1 << 40, 1 << 62])
def test_tars_whose_sizes_lie(size, tmp_path):
    path = tmp_path / "a.tar"
    info = tarfile.TarInfo("fine.png")
    info.size = size
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(2048))
    with little_memory(), pytest.raises(BadInputError, match="damaged"):
        load(path)
    for form in (b"x", b"L", b"S", b"0"):
        for number in (b"\xff" * 12, b"\xff" + b"\0" * 11, size.to_bytes(12, "big")):
            header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
            header[124:136] = b"\x80" + number[1:] if number[0] == 0 else number
            header[156:157] = form
            header[148:156] = b" " * 8
            header[148:155] = b"%06o\0" % sum(header[:512])
            path.write_bytes(bytes(header) + bytes(2048))
            with little_memory(), pytest.raises(BadInputError), members(path):
                pass


def test_headers_without_end(tmp_path):
    """A million extended headers, and a name of a megabyte, are refused before they are kept."""
    long = packed(tmp_path / "long.tar.gz", {"a" * MEBI: b"x"}, "w:gz")
    with little_memory(), pytest.raises(BadInputError, match="header that is too long"):
        load(long)
    header = tarfile.TarInfo("x")
    header.type = b"x"
    chain = header.tobuf(tarfile.PAX_FORMAT) * 100_000
    (tmp_path / "chain.tar").write_bytes(chain)
    with little_memory(160 * MEBI), pytest.raises(BadInputError, match=r"^\S+ (cannot|is)"):
        load(tmp_path / "chain.tar")


def test_too_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    for mode in MODES:
        path = packed(tmp_path / "archive", CONTENT, mode)
        with pytest.raises(BadInputError, match="more than 2 files"):
            load(path)


@pytest.mark.parametrize("mode", MODES[2:])
def test_packed_tars_that_unpack_to_far_more_than_their_size(mode, tmp_path):
    path = packed(tmp_path / "archive", {"zeros.png": bytes(40 * MEBI)}, mode)
    with little_memory(), pytest.raises(BadInputError, match="would unpack from"):
        load(path)


def test_an_xz_file_that_asks_for_all_memory(tmp_path):
    import lzma

    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    plain = packed(tmp_path / "plain.tar", CONTENT)
    path = tmp_path / "a.tar.xz"
    path.write_bytes(lzma.compress(plain.read_bytes(), filters=filters))
    with pytest.raises(BadInputError, match="Memory usage limit"), members(path):
        pass


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["a\0b.png", "x" * 60_000 + ".png", "a/" * 9_000 + "b.png", " "])
def test_strange_names(mode, name, picture, tmp_path):
    path = packed(tmp_path / "archive", {"fine.png": picture(GREY), name: picture(GREY)}, mode)
    assert_set_or_sentence(path)


def test_a_broken_header_is_no_end(picture, tmp_path):
    path = packed(tmp_path / "a.tar", {f"{i}.png": picture(GREY) for i in range(4)})
    assert len(load(path)) == 4
    content = bytearray(path.read_bytes())
    second = content.index(b"1.png")
    content[second + 150] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="what follows file 1 is no tar header"):
        load(path)


@pytest.mark.parametrize("mode", MODES)
def test_damaged_archives(mode, picture, tmp_path):
    content = {f"{i % 2}/{i}.png": picture(GREY + i) for i in range(4)}
    path = packed(tmp_path / "archive", content, mode)
    assert load(path).labels.tolist() == [0, 0, 1, 1]
    assert_damage_is_survived(path)


def test_the_last_of_one_name_counts_and_extras_are_left_out(tmp_path):
    path = packed(tmp_path / "a.tar", {"a.png": b"old", ".DS_Store": b"x", "._a.png": b"x"})
    with tarfile.open(path, "a") as file:
        info = tarfile.TarInfo("./a.png")
        info.size = 3
        file.addfile(info, io.BytesIO(b"new"))
    with members(path) as found:
        assert [str(member.name) for member in found] == ["a.png"]
        assert found[0].open().read() == b"new"


def test_zips_of_windows_and_of_macs(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        info = zipfile.ZipInfo("x")
        info.filename = "été\\1.png"
        file.writestr(info, b"x")
    content = (tmp_path / "a.zip").read_bytes()
    with members(tmp_path / "a.zip") as found:
        assert found[0].name == PurePosixPath("été/1.png")
    for at in (content.index(b"PK\3\4") + 7, content.index(b"PK\1\2") + 9):
        assert content[at] == 0x08  # says that names are UTF-8, which Finder does not say
        content = content[:at] + b"\0" + content[at + 1 :]
    (tmp_path / "a.zip").write_bytes(content)
    with members(tmp_path / "a.zip") as found:
        assert found[0].name == PurePosixPath("été/1.png")
