"""Which folder is the label, of trees such as people have; and those in which nothing tells."""

from itertools import product
from pathlib import PurePosixPath

import pytest
from tests.images.test_notices import assert_short

from inkcluster.errors import BadInputError
from inkcluster.images.describing import shown
from inkcluster.images.readers.naming import are_parts
from inkcluster.images.readers.pictures.levels import labelling
from inkcluster.images.readers.pictures.roles import role_of

DIGITS = [str(k) for k in range(10)]
LETTERS = list("abcdefgh")
PARTS = ["train", "test"]
WRITERS = [f"w{k:03}" for k in range(7)]
OMNIGLOT = [
    ("back", alphabet, f"character{k:02}")
    for alphabet, n in (("Greek", 24), ("Latin", 26), ("Korean", 40))
    for k in range(1, n + 1)
]
OMNIGLOT_2 = [("eval", "Tibetan", f"character{k:02}") for k in range(1, 43)]


def tree(*levels):
    """The folders in which every name of a level is under every name of the one above."""
    return list(product(*levels))


def flat(*names):
    return [(name,) for name in names]


def pictures(folders, each=3):
    return [PurePosixPath(*folder, f"{i}.png") for folder in folders for i in range(each)]


def found(folders, asked=None, each=3):
    result = labelling(pictures(folders, each), asked, "here")
    for notice in result.notices:
        assert_short(notice)
    return result


@pytest.mark.parametrize(
    ("folders", "levels"),
    [
        (flat(*DIGITS), (1,)),
        (tree(["data"], DIGITS), (2,)),
        (tree(PARTS, DIGITS), (2,)),
        (tree(DIGITS, PARTS), (1,)),
        (tree(["digits"], ["MNIST training", "MNIST testing"], DIGITS), (3,)),
        (tree(DIGITS, [f"hsf_{k}" for k in range(4)]), (1,)),
        (tree(["30", "31", "4a", "5b", "6f"], ["hsf_0", "hsf_1"]), (1,)),
        (tree([f"hsf_{k}" for k in range(4)], ["30", "31", "32"]), (2,)),
        (tree(WRITERS, DIGITS), (2,)),
        (tree(DIGITS, WRITERS), (1,)),
        (tree(WRITERS, ["cat", "dog"]), (2,)),
        (tree(["cat", "dog"], WRITERS), (1,)),
        (tree(["printed", "written"], DIGITS), (2,)),
        (tree(LETTERS, ["printed", "written"]), (1,)),
        (tree(["ann", "bob"], [f"digit{k}" for k in range(3)]), (2,)),
        (tree([f"writer{k}" for k in range(4)], [f"character{k}" for k in range(4)]), (2,)),
        (tree([f"{k:03}" for k in range(30)], DIGITS), (2,)),
        (tree(["arabic"], DIGITS) + tree(["latin"], LETTERS), (2,)),
        (tree(["animals"], ["cat", "dog"]) + tree(["vehicles"], ["bus", "train"]), (2,)),
        (flat("bus", "car", "train"), (1,)),
        (OMNIGLOT, (2, 3)),
        (OMNIGLOT + OMNIGLOT_2, (2, 3)),
        (tree(["alphabet1", "alphabet2"], ["character1", "character2"]), (1, 2)),
        (tree(PARTS, DIGITS, WRITERS), (2,)),
        (tree(WRITERS, PARTS, LETTERS), (3,)),
        (tree(["images"]), ()),
        (tree(PARTS), ()),
        ([()], ()),
    ],
)  # fmt: skip
def test_the_level_that_is_the_label(folders, levels):
    result = found(folders)
    assert result.levels == levels
    for folder in folders if levels else []:
        assert result.of[folder] == "/".join(folder[level - 1] for level in levels)


@pytest.mark.parametrize(
    "folders",
    [
        tree(["1", "2", "3"], ["1", "2", "3", "4"]),
        tree(DIGITS, DIGITS),
        tree(["photo", "sketch"], ["cat", "dog"]),
        tree(["cat", "dog"], ["001", "002"]),
        tree([f"a{k}" for k in range(4)], [f"b{k}" for k in range(4)]),
        tree(["ann", "bob"], ["class1", "class2"]),
    ],
)
def test_trees_in_which_nothing_tells_are_refused(folders):
    with pytest.raises(BadInputError, match=r"--label-level 1 or --label-level 2, or .* 1,2") as no:
        found(folders)
    assert str(no.value).startswith("here: the folders' names at level 1 (such as ")
    assert found(folders, (1,)).of[folders[-1]] == folders[-1][0]
    assert found(folders, (-1,)).of[folders[-1]] == folders[-1][1]
    assert found(folders, (1, 2)).of[folders[-1]] == "/".join(folders[-1])


def test_every_choice_is_said_with_the_option():
    assert found(tree(PARTS, DIGITS)).notices == ()
    (chosen,) = found(tree(DIGITS, WRITERS)).notices
    assert chosen == "Labels are the folders at level 1; --label-level 2 takes others."
    (joined,) = found(OMNIGLOT).notices
    assert "levels 2 and 3; --label-level 3 takes the inner ones alone" in joined
    (parts,) = found(tree(PARTS)).notices
    assert parts == (
        "test and train were taken for parts of the set; --label-level 1 takes them for labels."
    )


def test_few_strays_are_left_out_and_named():
    result = found([*flat(*DIGITS), ()], each=1)
    assert result.levels == (1,)
    assert result.of[()] is None
    assert result.notices == (
        "One picture without a class folder was left out: 0.png.",
        "To keep pictures outside the class folders, give --label-level 0, which means no labels.",
    )


def test_many_strays_mean_no_labels():
    result = found([*flat("a", "b"), ()])
    assert result.levels == ()
    (said,) = result.notices
    assert said == (
        "3 of 9 pictures lie in no class folder, so there are no labels; "
        "--label-level 1 leaves them out."
    )
    asked = found([*flat("a", "b"), ()], (1,))
    assert asked.of == {("a",): "a", ("b",): "b", (): None}
    assert "Three pictures without a class folder were left out: 0.png, 1.png and others." in (
        asked.notices
    )


@pytest.mark.parametrize("part", [("test",), ("test", "unknown"), ("test", "test")])
def test_a_part_without_class_folders_is_left_out(part):
    result = found([*tree(["train"], DIGITS), part], each=30)
    assert result.levels == (2,)
    assert result.of[part] is None
    assert result.of["train", "7"] == "7"
    said, _ = result.notices
    assert said.startswith("30 pictures without a class folder were left out: test/")


def test_a_part_among_classes_is_no_class():
    result = found([*flat(*DIGITS), ("test",)], each=30)
    assert result.of[("test",)] is None
    assert result.of[("7",)] == "7"
    assert found([*flat("cat", "dog"), ("unlabeled",)]).of[("unlabeled",)] is None
    result = found([*flat(*DIGITS), *tree(["test"], DIGITS)])
    assert result.of["test", "7"] == "7"


def test_a_folder_beside_the_parts_is_a_part():
    for docs in (("docs",), ("docs", "figures")):
        result = found([*tree(PARTS, ["cat", "dog"]), docs])
        assert result.levels == (2,)
        assert result.of[docs] is None
        assert result.of["test", "dog"] == "dog"
    result = found(tree([*PARTS, "more"], ["cat", "dog"]))
    assert result.of["more", "cat"] == "cat"


def test_a_folder_for_each_picture_is_no_class():
    folders = [(f"a{k}",) for k in range(30)]
    result = found(folders, each=1)
    assert result.levels == ()
    assert "--label-level 1" in result.notices[0]
    twice = found(tree(DIGITS, [f"a{k}" for k in range(3)]), each=1)
    assert twice.levels == (1,)


def test_levels_that_are_not_there():
    with pytest.raises(BadInputError, match="no picture lies in a folder of level 3"):
        found(tree(PARTS, DIGITS), (3,))
    with pytest.raises(BadInputError, match="counts from 1"):
        found(tree(PARTS, DIGITS), (0, 1))
    assert found(tree(DIGITS, DIGITS), (0,)).levels == ()


def test_names_that_hold_much():
    assert shown(["a" * 100]) == "a" * 39 + "…"
    assert shown(["1/2/3/4.png", "b.png"]) == "1/2/3/4.png and others"
    assert role_of({"x"}).name == "WORD"
    assert not are_parts(["one", "two"])


def test_numbers_and_trees_that_are_made_to_take_time():
    wide = [("Greek", "character1"), ("Greek", "character" + "9" * 30), ("Latin", "character1")]
    with pytest.raises(BadInputError, match="--label-level"):
        found([*wide, ("Latin", "character2")])
    deep = [(*[f"a{i}"] * 120, "x") for i in range(3)]
    with pytest.raises(BadInputError, match="121 folders deep"):
        found(deep)
    assert found(deep, (0,)).levels == ()
