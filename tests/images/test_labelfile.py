"""Labels from a file of their own, for every kind of source."""

import gzip

import numpy as np
import pytest

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, load, save

LABELS = np.arange(6) % 3


@pytest.fixture
def files(tmp_path):
    """The same labels in every kind of file."""
    np.save(tmp_path / "l.npy", LABELS)
    idx = b"\0\0\x08\x01" + (6).to_bytes(4, "big") + bytes(LABELS.tolist())
    (tmp_path / "l-idx1-ubyte").write_bytes(idx)
    (tmp_path / "l-idx1-ubyte.gz").write_bytes(gzip.compress(idx, mtime=0))
    (tmp_path / "l.txt").write_text("\n".join(map(str, LABELS)))
    (tmp_path / "l.csv").write_text("label\n" + "".join(f"{x}\n" for x in LABELS))
    return tmp_path


@pytest.fixture
def six(rng):
    return ImageSet(rng.integers(0, 255, (6, 4, 4)).astype(np.uint8))


@pytest.mark.parametrize("name", ["l.npy", "l-idx1-ubyte", "l-idx1-ubyte.gz", "l.txt", "l.csv"])
@pytest.mark.parametrize("kind", ["npz", "npy", "array", "set", "pictures", "idx"])
def test_each_file_labels_each_source(name, kind, files, six):
    from PIL import Image

    if kind == "array":
        source = six.pixels
    elif kind == "set":
        source = six
    elif kind == "pictures":
        source = files / "pictures"
        source.mkdir()
        for i, picture in enumerate(six.pixels):
            Image.fromarray(picture).save(source / f"{i}.png")
    elif kind == "npy":
        source = files / "six.npy"
        np.save(source, six.pixels)
    else:
        source = files / ("six.npz" if kind == "npz" else "six-images-idx3-ubyte")
        save(six, source)
    found = load(source, labels=str(files / name))
    np.testing.assert_array_equal(found.labels, LABELS)
    np.testing.assert_array_equal(found.pixels, six.pixels)


def test_words_stay_words(files, six):
    (files / "words.txt").write_text("one\ntwo\none\n<b>\nfour\nfive\n")
    assert load(six, labels=str(files / "words.txt")).labels.tolist()[3] == "<b>"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"1\n2\n", "6 images but 2 labels"),
        (b"1\n\n2\n3\n4\n5\n", "empty line"),
        (b"", "empty"),
        (b"\x00\x00\x00", "not a list of labels"),
        (b"\xff\xfe\xfa1\n", "not a list of labels"),
        ("caf\xe9\nth\xe9\n".encode("latin-1"), "not text in UTF-8; save it as UTF-8"),
    ],
)
def test_what_is_no_list_of_labels_is_refused(content, says, tmp_path, six):
    (tmp_path / "l.txt").write_bytes(content)
    with pytest.raises(BadInputError, match=says):
        load(six, labels=str(tmp_path / "l.txt"))


def test_a_name_that_means_nothing_is_refused(six, tmp_path):
    for source in ("digits", six, six.pixels):
        with pytest.raises(BadInputError, match="no column 'klass', and there is no file"):
            load(source, labels="klass")
    with pytest.raises(BadInputError, match="does not exist"):
        load(six, labels=tmp_path / "none.txt")


# Tables: a column of names or numbers, and one of labels


@pytest.fixture
def scans(tmp_path, six):
    """Six pictures called scan_0.png to scan_5.png, in two folders."""
    from PIL import Image

    for i, picture in enumerate(six.pixels):
        path = tmp_path / "scans" / "ab"[i // 3] / f"scan_{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    return tmp_path / "scans"


def table(folder, rows, head="", name="l.csv", separator=","):
    lines = [head] if head else []
    lines += [separator.join(map(str, row)) for row in rows]
    (folder / name).write_text("\n".join(lines) + "\n")
    return str(folder / name)


SHUFFLED = [4, 0, 5, 2, 1, 3]


@pytest.mark.parametrize(
    "called",
    [
        "scan_{}.png", "scan_{}", "data/{side}/scan_{}.png", "{side}\\scan_{}.png", "./{side}/scan_{}.png",
        "SCAN_{}.PNG",
    ],
)  # fmt: skip
@pytest.mark.parametrize("head", ["", "file_name,label", "label_of,image"])
@pytest.mark.parametrize("separator", [",", ";", "\t", " "])
def test_lines_are_matched_by_name(called, head, separator, scans, tmp_path):
    rows = [(called.format(i, side="ab"[i // 3]), f"k{LABELS[i]}") for i in SHUFFLED]
    if head.startswith("label"):
        head, rows = "digit,image", [row[::-1] for row in rows]
    path = table(tmp_path, rows, head.replace(",", separator), separator=separator)
    found = load(scans, labels=path)
    assert found.labels.tolist() == [f"k{label}" for label in LABELS]


def test_names_that_are_numbers_are_matched_as_such(tmp_path, six):
    from PIL import Image

    for i, picture in enumerate(six.pixels):
        Image.fromarray(picture).save(tmp_path / f"{i + 1:05}.png")
    (tmp_path / "elsewhere").mkdir()
    path = table(tmp_path / "elsewhere", [(i + 1, LABELS[i]) for i in SHUFFLED], "id,label")
    found = load(tmp_path, labels=path)
    assert found.labels.tolist() == LABELS.tolist()


@pytest.mark.parametrize("first", [0, 1])
def test_lines_are_matched_by_number(first, six, tmp_path):
    path = table(tmp_path, [(i + first, LABELS[i]) for i in SHUFFLED])
    found = load(six, labels=path)
    assert found.labels.tolist() == LABELS.tolist()
    assert found.notices == (f"Labels were matched by number: {first} is the first image.",)


def test_names_in_a_table_of_pixels_are_matched(six, tmp_path):
    rows = [[f"r{i}", *values] for i, values in enumerate(six.flat())]
    head = "id," + ",".join(f"p{i}" for i in range(16))
    source = table(tmp_path, rows, head, "pixels.csv")
    path = table(tmp_path, [(f"r{i}", LABELS[i]) for i in SHUFFLED], "id,class")
    assert load(source, labels=path).labels.tolist() == LABELS.tolist()


def test_lines_too_many_are_counted_and_lines_too_few_refused(scans, tmp_path):
    rows = [(f"scan_{i}.png", LABELS[i]) for i in range(6)]
    found = load(scans, labels=table(tmp_path, [*rows, ("other.png", 3), ("more.png", 3)]))
    assert found.labels.tolist() == LABELS.tolist()
    assert found.notices[-1] == "2 lines of 'l.csv' match no image (first: 'other.png')."
    with pytest.raises(BadInputError, match=r"5 of 6 images; there is none for 'b/scan_5\.png'"):
        load(scans, labels=table(tmp_path, rows[:5]))
    with pytest.raises(BadInputError, match=r"names 'a/scan_1\.png' twice, in its rows 1 and 6"):
        load(scans, labels=table(tmp_path, [*rows, rows[1]]))
    with pytest.raises(BadInputError, match="has no image's name"):
        load(scans, labels=table(tmp_path, [(f"x{i}.png", 1) for i in range(6)], "file,label"))


def test_of_several_columns_one_is_named(scans, tmp_path):
    rows = [(f"scan_{i}.png", LABELS[i], i % 2) for i in SHUFFLED]
    path = table(tmp_path, rows, "file,digit,parity")
    assert load(scans, labels=path).labels.tolist() == LABELS.tolist()  # by its name
    assert load(scans, labels=f"{path}:parity").labels.tolist() == [0, 1] * 3
    assert load(scans, labels=f"{path}:2").labels.tolist() == [0, 1] * 3
    path = table(tmp_path, rows, "file,shape,parity")
    with pytest.raises(
        BadInputError, match=r"'shape' and 'parity' could be.*--labels l\.csv:shape"
    ):
        load(scans, labels=path)
    assert load(scans, labels=f"{path}:shape").labels.tolist() == LABELS.tolist()
    with pytest.raises(BadInputError, match="no column 'none'; it has file, shape and parity"):
        load(scans, labels=f"{path}:none")
    path = table(tmp_path, rows)
    with pytest.raises(
        BadInputError, match=r"columns 1 and 2 could be the labels.*--labels l\.csv:1"
    ):
        load(scans, labels=path)


def test_without_names_or_numbers_lines_stand_in_order(six, tmp_path):
    path = table(tmp_path, [(f"w{i % 2}", LABELS[i]) for i in range(6)], "writer,label")
    found = load(six, labels=path)
    assert found.labels.tolist() == LABELS.tolist()
    assert found.notices == ("Labels were taken in the order of the lines.",)
    with pytest.raises(BadInputError, match="12 lines for 6 images"):
        load(six, labels=table(tmp_path, [(i, LABELS[i % 6]) for i in range(12)]))
    path = table(tmp_path, [(f"w{i % 2}", LABELS[i]) for i in range(5)], "writer,label")
    with pytest.raises(BadInputError, match="5 lines for 6 images"):
        load(six, labels=path)


def test_labels_of_several_words_and_headings(six, tmp_path):
    (tmp_path / "l.txt").write_text("New York\nOld York\nNew York\nx y\nx y\nx z\n\n\n")
    assert load(six, labels=str(tmp_path / "l.txt")).labels.tolist()[0] == "New York"
    (tmp_path / "l.txt").write_text("Ziffer\n" + "".join(f"{x}.0\n" for x in LABELS))
    assert load(six, labels=str(tmp_path / "l.txt")).labels.tolist() == LABELS.tolist()
    (tmp_path / "l.txt").write_text(
        "class\na\nb\na\nb\na\n"
    )  # six labels, the first of them "class"
    assert load(six, labels=str(tmp_path / "l.txt")).labels.tolist()[0] == "class"


def test_packed_and_utf16_label_files(six, tmp_path):
    import bz2

    text = "".join(f"{x}\n" for x in LABELS)
    (tmp_path / "l.bz2").write_bytes(bz2.compress(text.encode()))
    (tmp_path / "l.txt").write_bytes(text.encode("utf-16"))
    for name in ("l.bz2", "l.txt"):
        assert load(six, labels=str(tmp_path / name)).labels.tolist() == LABELS.tolist()


def test_labels_beside_a_table_with_a_column_of_its_own(six, tmp_path, rng):
    """The table's own labels are left out, or refused where they are not told from pixels."""
    labels = table(tmp_path, [(x,) for x in LABELS])
    rows = [[*values, 9 - i] for i, values in enumerate(six.flat())]
    head = ",".join([*(f"p{i}" for i in range(16)), "label"])
    found = load(table(tmp_path, rows, head, "pixels.csv"), labels=labels)
    assert found.labels.tolist() == LABELS.tolist()
    assert found.notices == ("Not used: column 'label'.",)
    rows = rng.integers(0, 10, (200, 65))
    labels = table(tmp_path, [(x,) for x in rows[:, 0]])
    with pytest.raises(BadInputError, match="leave it out, since labels are given"):
        load(table(tmp_path, rows, name="more.csv"), labels=labels)
