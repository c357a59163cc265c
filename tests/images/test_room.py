"""The room's door: every name is there, and opening it costs nothing."""

import subprocess
import sys

import pytest

from inkcluster import images


@pytest.mark.parametrize("name", images.__all__)
def test_every_public_name_is_there_and_no_module_hides_it(name):
    found = getattr(images, name)
    assert type(found).__name__ != "module"


def test_all_and_dir_agree():
    assert dir(images) == sorted(images.__all__)
    with pytest.raises(AttributeError, match="attribute nope"):
        _ = images.nope


def test_importing_the_room_imports_no_heavy_library():
    code = "import sys, inkcluster.images; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"scipy", "sklearn", "pandas", "pyarrow", "PIL", "h5py", "pooch", "matplotlib"}
    assert heavy.isdisjoint(loaded.stdout.split())
