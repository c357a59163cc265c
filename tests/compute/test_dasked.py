"""A local cluster of processes: what runs on it, what moves, and what a worker's death changes."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import contextmanager
from time import sleep

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from inkcluster import DBSCAN, HDBSCAN, DBSCANGrid, ShapeClustering
from inkcluster.cluster import kmeans_range, shape_neighbors
from inkcluster.cluster.density import choose as densities
from inkcluster.cluster.kmeans import KMeans, choose
from inkcluster.cluster.shape import pairs, placing
from inkcluster.compute.dasked import clients, parts, tasks, waiting
from inkcluster.compute.dasked.moved import counted
from inkcluster.compute.dasked.spread import Spread, dealt
from inkcluster.errors import BadInputError, ClusterError, TooLittleMemoryError
from inkcluster.progress import Progress, listening
from inkcluster.study.questions.hierarchy import samples
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.drawn import drawn
from inkcluster.study.run.facts import DataFacts
from inkcluster.study.settings import Settings
from inkcluster.study.settings.plan import Draft
from inkcluster.study.steps import placed
from inkcluster.study.steps.shape import find

da = pytest.importorskip("dask.array", reason="the extra inkcluster[dask] is not installed")
distributed = pytest.importorskip(
    "distributed", reason="the extra inkcluster[dask] is not installed"
)
pytestmark = [
    pytest.mark.slow,
    # a process that forks while Dask's threads run
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    # all workers of a slow machine may be starting again for longer than it takes until this is said
    pytest.mark.filterwarnings("ignore:The Dask cluster has no workers:UserWarning"),
]


@pytest.fixture(scope="module")
def cluster():
    from dask import config

    with (
        config.set(clients.STAYING),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit="1GB"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def client(cluster):
    """Its client, when those are back that an earlier test killed."""
    cluster.wait_for_workers(2, timeout=60)
    return cluster


@pytest.fixture(autouse=True)
def engine():
    with choose.forced(choose.BOUNDS):
        yield


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(0)
    centres = rng.integers(40, 200, (6, 70))
    X = centres[rng.integers(6, size=3000)] + rng.normal(0, 30, (3000, 70))
    return X.clip(0, 255).astype(np.uint8)


def cut(X):
    return da.from_array(X, chunks=((1000, 17, 983, len(X) - 2000), -1))


def assert_same(one, other):
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    assert (one.inertia_, one.n_iter_) == (other.inertia_, other.n_iter_)


@pytest.mark.parametrize(("dtype", "scale"), [(np.uint8, 1), (np.float32, 1e13)])
def test_chunks_on_workers_change_nothing(client, points, dtype, scale):
    X = points.astype(dtype) * dtype(scale)
    model = KMeans(9, n_init=2, random_state=0, tol=0)
    whole, ours = KMeans(**model.get_params()).fit(X), model.fit(cut(X))
    assert_same(ours, whole)
    assert whole.bytes_moved_ == 0
    np.testing.assert_array_equal(ours.predict(cut(X)).compute(), whole.labels_)
    np.testing.assert_array_equal(ours.transform(cut(X)).compute(), whole.transform(X))
    assert ours.score(cut(X)) == whole.score(X)


def test_a_mapped_file_is_opened_by_the_workers(client, points, tmp_path):
    X = np.tile(points, (20, 1))
    np.save(tmp_path / "points.npy", X.reshape(-1, 7, 10))
    mapped = np.load(tmp_path / "points.npy", mmap_mode="r")[100:]
    whole, ours = KMeans(5, random_state=0).fit(X[100:]), KMeans(5, random_state=0).fit(mapped)
    assert_same(ours, whole)
    assert 0 < ours.bytes_moved_ < X.nbytes / 2
    np.testing.assert_array_equal(ours.predict(mapped), whole.labels_)


def test_a_file_that_workers_cannot_open_is_clustered_here(client, points, tmp_path):
    np.save(tmp_path / "points.npy", points)
    mapped = np.load(tmp_path / "points.npy", mmap_mode="r")
    (tmp_path / "points.npy").unlink()
    with pytest.warns(UserWarning, match=r"2 of the Dask workers cannot open .*points\.npy"):
        found = KMeans(3, random_state=0).fit(mapped)
    assert found.bytes_moved_ == 0


def test_errors_of_chunks_come_back_as_they_are(client):
    X = da.concatenate([da.ones((600, 300)), da.full((300, 300), np.nan)])
    with pytest.raises(BadInputError, match="NaN or infinite values in rows 512 to 899"):
        KMeans(2, random_state=0).fit(X)


def test_memory_is_planned_by_worker(client):
    X = da.zeros((10_000_000, 784), chunks=(100_000, -1), dtype=np.uint8)
    with pytest.raises(
        TooLittleMemoryError, match=r"K-means on one of \d workers .*0\.\d+ GB|1\.00 GB"
    ):
        KMeans(2, random_state=0).fit(X)


@pytest.mark.parametrize(
    ("has", "words"),
    [("0.0.1", "has Inkcluster 0.0.1"), (None, "has no Inkcluster"), ({}, "no workers")],
)
def test_other_workers_are_refused(client, points, monkeypatch, has, words):
    found = has if has == {} else {"tcp://1.2.3.4:5": has}
    monkeypatch.setattr(clients, "ask_workers", lambda *given: found)
    with pytest.raises(ClusterError, match=words):
        KMeans(2).fit(cut(points))


def test_no_scheduler_at_the_address():
    with pytest.raises(ClusterError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        clients.connect("tcp://127.0.0.1:9", timeout=0.5)


def test_another_service_at_the_address():
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it never answers
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"No Dask scheduler answers at {address}"):
            clients.connect(address, timeout=0.5)


def test_a_worker_is_no_scheduler(client):
    worker = next(iter(client.scheduler_info()["workers"]))
    with pytest.raises(ClusterError, match="what answers is no scheduler"):
        clients.connect(worker, timeout=5)


def test_a_client_by_its_address(client):
    with clients.connect(client.scheduler.address) as other:
        assert clients.current_client() is other


def test_a_grid_search_on_dasks_backend_of_joblib(client, points):
    X = points[:300].astype(np.float64)
    search = GridSearchCV(KMeans(random_state=0, n_init=1), {"n_clusters": [2, 6]}, cv=2)
    alone = search.fit(X).cv_results_["mean_test_score"]
    with joblib.parallel_backend("dask"):
        spread = search.fit(X).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(spread, alone)


@pytest.mark.parametrize("held", ["chunks", "file"])
@pytest.mark.parametrize("dying", ["one", "all", "all with their results"])
def test_workers_that_die_change_nothing(client, points, monkeypatch, tmp_path, held, dying):
    X = np.tile(points, (3, 1))[:8000]
    whole = KMeans(9, random_state=0, tol=0).fit(X)
    calls, each, gather = [], Spread.each, client.gather
    victims = list(client.run(os.getpid).values())

    def kill():
        while victims:
            os.kill(victims.pop(), signal.SIGKILL)

    async def late(futures, **named):
        if victims and calls.count("assign") == 4:
            for future in futures:
                await future._state.wait()
            kill()
        return await gather(futures, **named)

    def counting(self, method, *given, of=None):
        calls.append(method)
        if dying != "all with their results" and calls.count("assign") == 4:
            kill()
        return each(self, method, *given, of=of)

    if dying == "one":
        victims.pop()
    monkeypatch.setattr(Spread, "each", counting)
    monkeypatch.setattr(client, "gather", late)
    given = cut(X) if held == "chunks" else mapped_copy(X, tmp_path / "points.npy")
    ours = KMeans(9, random_state=0, tol=0).fit(given)
    assert calls.count("assign") > 4
    assert not victims
    assert_same(ours, whole)


@pytest.fixture
def shared(monkeypatch):
    """Little work goes to the workers, and its functions are listed."""
    calls, results = [], parts.results

    def listed(client, function, *given):
        calls.append(function.__name__)
        return results(client, function, *given)

    monkeypatch.setattr(parts, "results", listed)
    monkeypatch.setattr(tasks, "MIN_SECONDS", 0.0)
    monkeypatch.setattr(tasks, "SECONDS_PER_BYTE", 0.0)
    monkeypatch.setattr(tasks, "workers", lambda: 1)
    monkeypatch.setattr(pairs, "PAIRS_PER_PIECE", 1000)
    return calls


class Heard(Progress):
    """Adds up what each task was told."""

    def __init__(self):
        self.done = {}

    @contextmanager
    def task(self, what, total=None):
        self.done[what] = []
        yield self.done[what].append


def restarts(points, digits):
    del digits
    X = points[:1500].astype(np.float32)
    found = KMeans(9, n_init=3, random_state=0).fit(X)
    return [getattr(r, name) for r in found.restarts_ for name in ("labels", "centers", "n_iter")]


def k_range(points, digits):
    del digits
    found = kmeans_range(points[:1500], [1, 2, 4, 5, 9], n_init=2, random_state=0)
    kept = [getattr(r, n) for r in found.restarts.values() for n in ("labels", "centers", "n_iter")]
    return [*kept, found.inertias, list(found.from_split.values())]


def dbscan_map(points, digits):
    del digits
    with densities.forced("forests"):
        return [DBSCANGrid([250.0, 300.0, 350.0], [2, 3, 5]).fit(points[:1500]).labels_]


def shape_pairs(points, digits):
    del points
    return shape_neighbors(digits.pixels[:500])


def resamples(points, digits):
    del points
    desk = Desk(DataFacts.of(digits), None)
    plan = Draft(digits, Settings(sample_sizes=(60, 90), resamples=4), desk)
    return [of for found in samples.resampled(digits, plan, desk).values() for of in found.values()]


WORK = {
    restarts: ("_group", "k-means restarts", 3),
    k_range: ("_search", "k-means for each k", 5),
    dbscan_map: ("_forest", "spanning forests", 3),
    shape_pairs: ("_measured", "distortion distances", None),
    resamples: ("_suggested", None, None),
}


@pytest.mark.parametrize("work", WORK)
def test_independent_work_is_the_same_on_workers(client, shared, points, digits, monkeypatch, work):
    name, task, units = WORK[work]
    heard = Heard()
    with listening(heard), counted() as moved:
        there = work(points, digits)
    assert set(shared) == {name}
    assert moved.bytes > 0
    told = heard.done.get(task, [])
    assert units is None or (sum(told) == pytest.approx(units) and len(told) > 1)
    shared.clear()
    monkeypatch.setattr(clients, "current_client", lambda: None)
    monkeypatch.setattr(tasks, "current_client", lambda: None)
    here = work(points, digits)
    assert not shared
    for one, other in zip(there, here, strict=True):
        np.testing.assert_array_equal(one, other)


def test_workers_that_die_while_pairs_are_measured_change_nothing(client, shared, digits):
    class Deadly(Heard):
        @contextmanager
        def task(self, what, total=None):
            with super().task(what, total) as advance:

                def told(amount):
                    advance(amount)
                    if what == "distortion distances" and len(self.done[what]) == 2:
                        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

                yield told

    images = pairs.Fields(pairs.whole_gradients(digits.pixels[:200], 3.0), 2)
    i, j = np.triu_indices(150, 1)
    with listening(Deadly()):
        there = pairs.pair_distances(images, i, j)
    assert shared == ["_measured"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "MIN_SECONDS", 1e9)
        here = pairs.pair_distances(images, i, j)
    np.testing.assert_array_equal(there, here)


def test_work_stays_here_where_workers_have_too_little_memory(client, shared):
    about = {"seconds": 9.0, "need": 10**9}
    with pytest.warns(UserWarning, match=r"Forests need 1\.34 GB on a Dask .* may take 1\.00 GB"):
        assert tasks.on_workers("Forests", max, 0, [1, 2], **about) is None
    assert not shared


def test_a_task_does_not_wait_for_tasks_of_its_own(client):
    from inkcluster.compute.dasked.clients import current_client

    def nested():
        from concurrent.futures import ThreadPoolExecutor

        found = [distributed.get_client(), current_client()]
        with ThreadPoolExecutor(1) as pool:
            return [found[0].id, found[1], pool.submit(current_client).result()]

    name, *found = client.submit(nested, pure=False).result()
    assert name.startswith(clients.OF_WORKER)
    assert found == [None, None]
    assert current_client() is client


def labels_by(model, X):
    return clone(model).fit(X).labels_


def test_estimators_on_dasks_backend_of_joblib(client, points, digits, tmp_path):
    X, images = points[:600].astype(np.float64), digits.pixels[:240]
    file = mapped_copy(points, tmp_path / "points.npy")
    work = [
        (KMeans(9, n_init=2, random_state=0), X),
        (KMeans(3, random_state=0), file),  # while a client is current, the workers would share it
        (DBSCAN(eps=240.0), X),
        (HDBSCAN(copy=True), X),
        (ShapeClustering(6, random_state=0), images),
    ]
    with joblib.parallel_config("dask"):
        there = joblib.Parallel()(joblib.delayed(labels_by)(*one) for one in work)
    for one, labels in zip(work, there, strict=True):
        np.testing.assert_array_equal(labels, labels_by(*one))


class NoWorkers:
    def nthreads(self):
        return {}


def test_a_cluster_without_workers_is_told_of_and_then_given_up(monkeypatch):
    from dask import config

    monkeypatch.setattr(clients, "WAIT", 0)
    patience = clients.Patience(NoWorkers())
    with pytest.warns(UserWarning, match=r"has no workers; the work waits up to 300 s for some\."):
        assert patience.look() == {}
    assert patience.look() == {}  # said once
    monkeypatch.setattr(clients, "PATIENCE", 0)
    with pytest.raises(ClusterError, match="has had no workers for 0 s; start some, and try again"):
        patience.look()
    with config.set({"distributed.scheduler.no-workers-timeout": "2 minutes"}):
        assert patience.look() == {}


def test_kmeans_whose_workers_all_die_says_so(points, monkeypatch):
    each = Spread.each
    monkeypatch.setattr(clients, "WAIT", 0.6)
    monkeypatch.setattr(clients, "PATIENCE", 1.2)
    with (
        distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as few,
        distributed.Client(few) as client,
    ):

        def dying(self, method, *given, of=None):
            if method == "assign":
                few.scale(0)
                while client.nthreads():
                    sleep(0.05)
            return each(self, method, *given, of=of)

        monkeypatch.setattr(Spread, "each", dying)
        with (
            pytest.warns(UserWarning, match=r"no workers; the work waits up to 1\.2 s"),
            pytest.raises(ClusterError, match=r"has had no workers for 1\.2 s"),
        ):
            KMeans(9, random_state=0).fit(cut(points))


@pytest.mark.parametrize("closed", ["client", "cluster"])
@pytest.mark.parametrize("size", ["large", "small"])
def test_a_cluster_that_is_closed_meanwhile_is_said_to_be(points, monkeypatch, closed, size):
    with (
        distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as few,
        distributed.Client(few) as client,
    ):
        each = Spread.each
        end = {"client": client.close, "cluster": few.close}[closed]

        def ending(self, method, *given, of=None):
            if method == "assign":
                end()
            return each(self, method, *given, of=of)

        X, work = cut(points), KMeans(9, random_state=0).fit
        if size == "small":
            X = X.map_blocks(lambda block: sleep(2) or block, meta=points[:0])
            threading.Timer(0.5, end).start()
            X, work = [X], waiting.computed
        monkeypatch.setattr(Spread, "each", ending)
        with pytest.raises(ClusterError, match="was closed, or the connection to its scheduler"):
            work(X)


def test_a_worker_that_dies_while_it_is_asked_is_left_out(client, monkeypatch):
    dead, run = {"tcp://127.0.0.1:9": OSError("closed")}, client.run
    monkeypatch.setattr(client, "run", lambda *given, **named: run(*given, **named) | dead)
    assert set(clients.ask_workers(client, os.getpid)) == set(client.nthreads())
    clients.check_workers(client)
    monkeypatch.setattr(client, "run", lambda *given, **named: dead)
    with pytest.raises(ClusterError, match="has no workers"):
        clients.check_workers(client)


def test_work_is_dealt_when_there_are_workers(client, monkeypatch):
    given, here = [{}, {}], client.nthreads
    monkeypatch.setattr(client, "nthreads", lambda: given.pop() if given else here())
    made, again = dealt(client, abs, [(-1,), (2,)])
    assert client.gather(made) == [1, 2]
    assert {at for at, _ in again.values()} == set(here())
    assert again[0][1]().result() == 1


@pytest.mark.filterwarnings("ignore:Running on a single-machine scheduler")  # dask 2025's
def test_a_client_that_cannot_be_asked_computes_nothing(client, monkeypatch):
    from dask import config, delayed

    where = [delayed(os.getpid, pure=False)()]
    assert waiting.computed(where)[0] in client.run(os.getpid).values()
    monkeypatch.setattr(waiting, "current_client", lambda: None)
    with config.set(scheduler="dask.distributed"):  # as a client sets it
        assert waiting.computed(where) == [os.getpid()]


def test_no_workers_are_waited_for_once(monkeypatch):
    monkeypatch.setattr(clients, "WAIT", 0.2)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as none,
        distributed.Client(none) as client,
    ):
        waits, wait = [], client.wait_for_workers
        monkeypatch.setattr(
            client,
            "wait_for_workers",
            lambda *given, **named: (waits.append(1), wait(*given, **named)),
        )
        with pytest.raises(ClusterError, match="has no workers; start some"):
            clients.check_workers(client)
    assert len(waits) == 1


@pytest.fixture
def spread(monkeypatch):
    """Few images are spread in small parts, and each function that workers were given is listed."""
    calls, in_turn = [], parts.in_turn

    def listed(client, function, *given, **named):
        calls.append(function)
        return in_turn(client, function, *given, **named)

    monkeypatch.setattr(parts, "in_turn", listed)
    monkeypatch.setattr(placing, "MIN_SPREAD", 100)
    monkeypatch.setattr(placing, "PLACED_TOGETHER", 16)
    return calls


@pytest.fixture(scope="module")
def shapes(digits):
    images = digits.pixels[:360]
    model = ShapeClustering(8, sample=240, random_state=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "current_client", lambda: None)
        return images, model.fit(images), model.predict_memberships(images)


def mapped_copy(images, path):
    np.save(path, images)
    return np.load(path, mmap_mode="r")


def test_workers_place_as_this_process_does(client, shapes, spread, tmp_path):
    images, model, want = shapes
    mapped = mapped_copy(images, tmp_path / "images.npy")
    np.testing.assert_array_equal(model.predict_memberships(images), want)
    np.testing.assert_array_equal(model.predict(mapped), want.argmax(axis=1))
    again = ShapeClustering(8, sample=240, random_state=0).fit(mapped)
    for name in ("memberships_", "neighbors_", "neighbor_distances_", "outlier_scores_"):
        np.testing.assert_array_equal(getattr(again, name), getattr(model, name))
    assert len(spread) == 3
    model.predict(images[:99])
    assert len(spread) == 3
    (tmp_path / "images.npy").unlink()
    with pytest.warns(UserWarning, match=r"2 of the Dask workers cannot open .*rows are sent"):
        np.testing.assert_array_equal(model.predict(mapped), want.argmax(axis=1))


def test_workers_that_die_while_they_place_change_nothing(client, shapes, spread, tmp_path):
    images, model, want = shapes
    mapped = mapped_copy(images, tmp_path / "images.npy")
    found = placing.placed(model._known(), mapped, 7, placing.memberships)
    rows = []
    for some, shares in found:
        np.testing.assert_array_equal(shares, want[some])
        rows += range(some.start, some.stop)
        if len(rows) in {64, 192}:  # one of two, then all
            victims = list(client.run(os.getpid).values())
            for victim in victims[: 1 if len(rows) == 64 else None]:
                os.kill(victim, signal.SIGKILL)
    assert rows == list(range(360))


def test_a_study_places_on_workers_and_keeps_each_part(
    client, spread, digits, tmp_path, monkeypatch
):
    monkeypatch.setattr(placed, "PART", 90)
    images, settings = digits.take(np.arange(400)), Settings(study_sample=150, seed=3)
    some = drawn(images, settings)

    def place(folder):
        desk = Desk(DataFacts.of(some, images), folder)
        made = Draft(some, settings, desk)
        return placed.place(find(some, made, desk), images, "hash", made, desk)

    on_workers = place(tmp_path / "steps")
    assert len(list((tmp_path / "steps").glob("part-*"))) == 5
    assert len(spread) == 1
    again = place(tmp_path / "steps")
    assert len(spread) == 1
    monkeypatch.setattr(placing, "MIN_SPREAD", 1000)
    here = place(None)
    for name in ("labels", "confidence"):
        np.testing.assert_array_equal(on_workers[name], again[name])
        np.testing.assert_array_equal(on_workers[name], here[name])


@pytest.mark.parametrize(
    "error",
    [distributed.comm.CommClosedError("Stream is closed"), Exception("RuntimeError('closed')")],
    ids=["own", "relayed"],
)
def test_a_worker_that_dies_while_it_is_sent_to_changes_nothing(client, points, monkeypatch, error):
    sent, scatter = [], client.scatter

    def broken(*given, **named):
        sent.append(given)
        if len(sent) == 1:
            raise error
        return scatter(*given, **named)

    monkeypatch.setattr(client, "scatter", broken)
    some = [slice(0, 9), slice(9, 3000)]
    found = parts.in_turn(client, lambda model, rows: model + len(rows), 5, points, some, need=1)
    assert list(found) == [14, 2996]
    assert len(sent) == 2


def test_workers_with_too_little_memory_are_refused(client, points):
    with pytest.raises(TooLittleMemoryError, match=r"needs 5\.00 GB .* smallest may take 1\.00 GB"):
        next(parts.in_turn(client, np.sum, 0, points, [slice(9)], need=5 * 10**9))


def test_workers_that_die_again_and_again_are_one_clear_error(client, points):
    client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))
    try:
        deadly = cut(points).map_blocks(
            lambda block: os._exit(1), dtype=np.uint8, meta=np.zeros((0, 0), np.uint8)
        )
        with pytest.raises(ClusterError, match="1 workers in turn died on the same chunk"):
            KMeans(3, random_state=0).fit(deadly)
        with pytest.raises(ClusterError, match="1 workers in turn died on the same"):
            next(parts.in_turn(client, lambda *_: os._exit(1), 0, points, [slice(9)] * 2, need=1))
    finally:
        client.run_on_scheduler(
            lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 3)
        )
