import json
import subprocess
import sys

import numpy as np
import pytest

from inkcluster.cli.blocks import contact_rows, picture_lines


def test_first_look(ink):
    process = ink("look", "digits", "--per-label", "2")
    assert process.returncode == 0, process.stderr
    text = process.stdout
    assert text.startswith("digits: 1,797 images, 8 × 8")
    assert "features  64 (8 × 8 pixels)" in text
    assert "labels    0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in text
    assert any(line.split()[:3] == ["3", "183", "10.2%"] for line in text.splitlines())
    assert "▀" in text or "█" in text
    assert "\x1b" not in text


def test_first_look_as_json(ink_here):
    found = json.loads(ink_here("look", "digits", "--json").stdout)
    assert (found["images"], found["features"], found["shape"]) == (1797, 64, [8, 8])
    assert sum(label["images"] for label in found["labels"]) == 1797
    assert [label["label"] for label in found["labels"]] == list(range(10))


def test_one_image(ink_here, digits):
    found = json.loads(ink_here("look", "digits", "42", "--json").stdout)
    assert found["label"] == int(digits.labels[42])
    assert found["values"] == digits.pixels[42].tolist()
    text = ink_here("look", "digits", "42").stdout.splitlines()
    assert text[0] == f"digits: image 42, label {digits.labels[42]}, 8 × 8"
    assert [int(value) for value in text[2].split()] == digits.pixels[42][0].tolist()


def test_no_such_image(ink_here):
    process = ink_here("look", "digits", "1797")
    assert process.returncode == 1
    assert process.stderr == (
        "digits has 1,797 images, numbered 0 to 1796; there is no image 1797.\n"
    )


@pytest.mark.parametrize("index", [[], ["7"]])
def test_png(ink_here, tmp_path, index):
    from PIL import Image

    process = ink_here("look", "digits", *index, "--png", "sheet.png")
    assert process.returncode == 0, process.stderr
    assert process.stdout.splitlines()[-1] == "wrote sheet.png"
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.size[0] > 100
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sheet.png"]


def test_png_into_no_folder(ink_here):
    process = ink_here("look", "digits", "--png", "nowhere/sheet.png")
    assert process.returncode == 1
    assert len(process.stderr.splitlines()) == 1


def test_without_labels(ink_here, tmp_path):
    rng = np.random.default_rng(0)
    np.save(tmp_path / "x.npy", rng.integers(0, 256, (30, 5, 7)).astype(np.uint8))
    process = ink_here("look", "x.npy")
    assert process.returncode == 0, process.stderr
    assert "labels    none" in process.stdout
    assert json.loads(ink_here("look", "x.npy", "--json").stdout)["labels"] is None


def test_what_was_read_and_what_could_be_read_otherwise(ink_here, tmp_path, digits):
    writer = np.arange(len(digits)) // 40
    np.savez(tmp_path / "x.npz", images=digits.pixels / 16, writer=writer, character=digits.labels)
    lines = ink_here("look", "x.npz", "--turn", "mirror").stdout.splitlines()
    assert lines[3].split(maxsplit=1) == [
        "read",
        "Pixel values between 0 and 1 were scaled to bytes. The images were mirrored left to right.",
    ]
    choice = "Labels are 'character', not 'writer'; --labels NAME decides."
    assert lines[-2:] == ["It could be read otherwise:", f"  {choice}"]
    assert json.loads(ink_here("look", "x.npz", "--json").stdout)["choices"] == [choice]


def test_transposed_images_are_told_the_option(ink_here, tmp_path):
    rng = np.random.default_rng(0)
    wide = np.zeros((60, 12, 12), np.uint8)
    for image, high in zip(wide, rng.integers(3, 7, 60), strict=True):
        image[4 : 4 + high, 1:11] = 255
    np.save(tmp_path / "x.npy", wide)
    assert "give --turn transpose" in ink_here("look", "x.npy").stdout
    assert "look transposed" not in ink_here("look", "x.npy", "--turn", "transpose").stdout


def test_closed_output_is_no_failure(ink):
    code = "import sys; from inkcluster.cli import main; sys.argv[1:] = ['look', 'digits']; main()"
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        command = ["sh", "-c", f'"$0" -c "$1" {closed}', sys.executable, code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_json_escapes_what_the_terminal_cannot_show(ink, tmp_path):
    labels = np.array(["あ", "い"] * 10)
    np.savez(tmp_path / "x.npz", images=np.eye(20, 16).reshape(20, 4, 4), labels=labels)
    for encoding in ("cp1252", "utf-8"):
        found = json.loads(
            ink(
                "look", "x.npz", "--json", env={"PYTHONIOENCODING": encoding}, encoding=encoding
            ).stdout
        )
        assert [label["label"] for label in found["labels"]] == ["あ", "い"]


def test_a_folder_with_the_name_of_a_known_set_is_named(ink_here, tmp_path):
    (tmp_path / "digits").mkdir()
    assert "write ./digits for what lies here" in ink_here("look", "digits").stdout


def test_save_and_read_back(ink_here, tmp_path):
    for name in ("a.npz", "a.parquet"):
        process = ink_here("save", "digits", name)
        assert process.returncode == 0, process.stderr
        assert f"wrote {name}" in process.stdout
        found = json.loads(ink_here("look", name, "--json").stdout)
        assert (found["images"], found["shape"]) == (1797, [8, 8])


def test_half_blocks_are_the_pixels():
    rng = np.random.default_rng(3)
    image = (rng.random((7, 5)) > 0.5).astype(float)
    image[0, 0] = 1.0
    lines = picture_lines(image, colour=False)
    upper = {"▀": 1, "█": 1, "▄": 0, " ": 0}
    lower = {"▀": 0, "█": 1, "▄": 1, " ": 0}
    drawn = [[table[c] for c in line] for line in lines for table in (upper, lower)]
    assert drawn[:7] == image.astype(int).tolist()
    assert drawn[7] == [0] * 5
    inverted = picture_lines(1.0 - image, ink_is_dark=True, colour=False)
    assert [line.rstrip() for line in inverted] == [line.rstrip() for line in lines]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_contact_sheet_fits(width, digits):
    big = np.kron(digits.pixels[:16], np.ones((4, 4), np.uint8))
    rows = [("a label that is long", np.arange(8)), ("b", np.arange(8, 16))]
    lines = contact_rows(big, rows, width=width)
    assert max(map(len, lines)) <= max(width, 14 + 32)
    assert any("█" in line or "▀" in line for line in lines)
