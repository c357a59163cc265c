"""The log under kills, full disks, several clients and damage."""

import os
import resource
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from tests.label.model import Model
from tests.label.small import act_at_random, folded, opened, small_run

from inkcluster.errors import RunFolderError
from inkcluster.label import start
from inkcluster.label.actions import KINDS
from inkcluster.label.history import BACK
from inkcluster.label.log import VERSION, Log
from inkcluster.label.state import ConflictError

KILLS = 50
FILLS = 20
ACTIONS = int(os.environ.get("INKCLUSTER_ACTIONS", "60"))
"""Random actions of each of two clients at once."""
WORK = """
import sys
from pathlib import Path
import numpy as np
from tests.label.small import act_at_random, folded, opened
labelling = opened(Path(sys.argv[1]), who=sys.argv[2])
rng = np.random.default_rng(int(sys.argv[4]))
print(*[act_at_random(labelling, rng) for _ in range(int(sys.argv[3]))], flush=True)
sys.stdin.readline()
labelling.refresh()
print(repr(folded(labelling)), flush=True)
"""


def worker(folder, who, seed):
    return subprocess.Popen(
        [sys.executable, "-c", WORK, str(folder), who, str(ACTIONS), str(seed)], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def test_nothing_acknowledged_is_lost_and_nothing_applied_twice_by_kills(tmp_path, rng):
    small_run(tmp_path)
    pause = rng.uniform(0.0, 0.03, KILLS)
    said = []
    with worker_that_forks(tmp_path) as mine:
        for wait in pause:
            mine.stdin.write(f"{wait}\n")
            mine.stdin.flush()
            while (line := mine.stdout.readline().strip()) != "killed":
                assert line, "the process that forks ended"
                said.append(line)
    assert mine.returncode == 0
    labelling = opened(tmp_path)
    kept = [event.id for event in labelling.events]
    assert set(said) <= set(kept)
    assert len(set(kept)) == len(kept)
    assert labelling.state.answers == len(kept) >= len(said) > KILLS
    labelling.close()


FORKS = """
import os, select, signal, sys, time, uuid
from pathlib import Path
from tests.label.small import opened
opened(Path(sys.argv[1])).close()
for line in sys.stdin:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        labelling = opened(Path(sys.argv[1]))
        for i in range(10_000):
            action = uuid.uuid4().hex
            labelling.act("later", {"group": -1 - i % 8}, action=action)
            os.write(writer, (action + "\\n").encode())
    os.close(writer)
    first = os.read(reader, 33)
    time.sleep(float(line))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader) as rest:
        print((first.decode() + rest.read()).strip(), flush=True)
    print("killed", flush=True)
"""


def worker_that_forks(folder):
    return subprocess.Popen(
        [sys.executable, "-c", FORKS, str(folder)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip


FILL = """
import resource, sys
from pathlib import Path
from inkcluster.errors import RunFolderError
from tests.label.small import folded, opened
folder = Path(sys.argv[1])
for limit in sys.argv[2].split(","):
    labelling = opened(folder)
    log = folder / "labelling" / "log.db"
    now = max(p.stat().st_size for p in log.parent.glob("log.db*") if not p.name.endswith("shm"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(now, 40_000) + int(limit), resource.RLIM_INFINITY))
    count = 0
    try:
        while True:
            before = folded(labelling)
            labelling.add_name(f"{limit} {count} " + "x" * 150)
            count += 1
            assert count < 2_000, "no disk was filled"
    except RunFolderError as error:
        assert "nothing of this action was kept" in str(error), error
        assert folded(labelling) == before
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    labelling.add_name(f"{limit} again")
    mine = folded(labelling)
    labelling.close()
    other = opened(folder)
    assert folded(other) == mine
    other.close()
    print(count, flush=True)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit of a file's size here")
def test_a_full_disk_keeps_and_applies_nothing_of_the_action(tmp_path, rng):
    small_run(tmp_path)
    limits = ",".join(str(one) for one in rng.choice(20_000, FILLS, replace=False))
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path), limits], cwd=Path(__file__).parents[2],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == FILLS


def test_two_processes_that_act_at_once_are_folded_alike_and_as_a_model_says(tmp_path, rng):
    small_run(tmp_path)
    both = [worker(tmp_path, who, rng.integers(2**31)) for who in ("Ada", "Bob")]
    done = [one.stdout.readline().split() for one in both]  # until each has taken all its actions
    theirs = [one.communicate("\n")[0].strip() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    mine = opened(tmp_path)
    kinds = {event.kind for event in mine.events}
    assert [len(one) for one in done] == [ACTIONS, ACTIONS]
    assert {event.who for event in mine.events} == {"Ada", "Bob"}
    assert kinds == {*KINDS, *BACK} or ACTIONS < 200
    assert theirs == [repr(folded(mine))] * 2
    Model.of_log(60, 8, mine.events).check(mine.state)
    mine.close()


def test_threads_share_one_labelling(tmp_path):
    small_run(tmp_path)
    labelling = opened(tmp_path)
    failed = []

    def act(seed):
        rng = np.random.default_rng(seed)
        try:
            for _ in range(60):
                act_at_random(labelling, rng)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=act, args=(seed,)) for seed in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [e for e in failed if not isinstance(e, KeyError)] == []
    later = opened(tmp_path)
    assert folded(labelling) == folded(later)
    labelling.close()
    later.close()


def test_an_action_on_what_was_changed_meanwhile_is_refused(tmp_path):
    small_run(tmp_path)
    ada, bob = (opened(tmp_path, who=who) for who in ("Ada", "Bob"))
    seen = ada.card(-1)
    bob.name(-1, "b")
    with pytest.raises(ConflictError, match="changed meanwhile"):
        ada.name(-1, "a", version=seen.version)
    with pytest.raises(ConflictError, match="changed meanwhile"):
        ada.merge(-2, -1, version={-2: 0, -1: seen.version})
    bob.merge(-1, -2)
    with pytest.raises(ConflictError, match="is not there"):
        ada.later(-1)
    ada.checked([0, 1], ["a", "a"])
    with pytest.raises(ConflictError, match="checked meanwhile"):
        bob.checked([1, 2], ["a", "a"])
    ada.close()
    bob.close()


def log_of(path):
    return path / "labelling" / "log.db"


def write(path, command, *values):
    """Write into a log behind its back."""
    with closing(sqlite3.connect(log_of(path))) as base, base:
        base.execute(command, values)


def refused(path, match):
    with pytest.raises(RunFolderError, match=match) as caught:
        opened(path)
    assert "\n" not in str(caught.value)


def test_a_log_of_a_newer_version_is_refused(tmp_path):
    small_run(tmp_path)
    opened(tmp_path).close()
    write(tmp_path, "PRAGMA user_version=3")
    refused(tmp_path, r"another version of Inkcluster \(format 3, not 2\)")


def test_a_log_of_version_1_is_taken_over(tmp_path):
    small_run(tmp_path)
    labelling = opened(tmp_path)
    labelling.walk(-1, "a")
    labelling.later(-1)
    labelling.name(-1, "a")
    mine = folded(labelling)
    labelling.close()
    write(tmp_path, "PRAGMA user_version=1")
    again = opened(tmp_path)
    assert folded(again) == mine
    again.close()
    with closing(sqlite3.connect(log_of(tmp_path))) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (VERSION,)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("dance", "{}"),
        ("later", "{}"),
        ("later", '{"group": true}'),
        ("later", "[]"),
        ("later", '{"group": -1, "and": 1}'),
        ("name", '{"group": -1, "name": 0}'),
        ("undo", '{"of": 7}'),
        ("redo", '{"of": 1}'),
        ("undo", "{}"),
        ("later", "{"),
    ],
)
def test_a_log_that_does_not_fold_is_refused(tmp_path, kind, body):
    small_run(tmp_path)
    labelling = opened(tmp_path)
    labelling.later(-1)
    labelling.close()
    write(tmp_path, "INSERT INTO log VALUES (2, 'x', '', 'Eve', ?, ?, NULL, NULL)", kind, body)
    refused(tmp_path, "log.db")


@pytest.mark.parametrize("name", ["log.db", "start.npz"])
def test_damage_is_said(tmp_path, name):
    small_run(tmp_path)
    opened(tmp_path).close()
    path = tmp_path / "labelling" / name
    content = path.read_bytes()
    path.write_bytes(b"x" * 100 + content[100:])
    refused(tmp_path, "damaged.*move .* away to begin a new labelling")


def test_a_log_is_not_folded_over_other_groups(tmp_path):
    small_run(tmp_path)
    labelling = opened(tmp_path)
    labelling.name(-1, "a")
    labelling.close()
    small_run(tmp_path, groups=7)
    refused(tmp_path, "written for other groups")


def test_a_labelling_of_other_images_is_refused(tmp_path):
    run = small_run(tmp_path)
    found = start.kept(tmp_path / "labelling", run)
    assert found is not None
    run.data.hash = "other"
    with pytest.raises(RunFolderError, match="other images"):
        start.kept(tmp_path / "labelling", run)


def test_links_are_not_followed(tmp_path):
    small_run(tmp_path / "run")
    (tmp_path / "elsewhere").write_bytes(b"")
    log_of(tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    refused(tmp_path / "run", "no file of its own")
    assert (tmp_path / "elsewhere").read_bytes() == b""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    small_run(tmp_path)
    (tmp_path / "labelling").chmod(0o500)
    refused(tmp_path, "cannot be written")


def test_a_file_system_without_a_log_written_ahead_is_as_good(tmp_path, monkeypatch):
    small_run(tmp_path)

    def refuse(log):
        log._base.execute("PRAGMA journal_mode=DELETE")

    monkeypatch.setattr(Log, "_write_ahead", refuse)
    ada, bob = (opened(tmp_path, who=who) for who in ("Ada", "Bob"))
    for i in range(10):
        (ada, bob)[i % 2].later(-1 - i % 8)
    ada.refresh()
    bob.refresh()
    assert folded(ada) == folded(bob)
    assert ada.state.answers == 10
    ada.close()
    bob.close()
