"""Threads: results in order, failures that end the rest, and a BLAS whose limit is always lifted."""

import multiprocessing
import sys
import threading
import time

import numba
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from inkcluster.compute import threads
from inkcluster.compute.threads import (
    in_threads,
    kept_threads,
    one_blas_thread,
    pieces,
    results_in_threads,
    together,
    workers,
)
from inkcluster.errors import BadInputError
from inkcluster.progress import current


def blas() -> list[int]:
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


@pytest.fixture
def three():
    """Three threads for the BLAS, whatever the machine and the environment say."""
    with threadpool_limits(3, "blas"):
        if set(blas()) != {3}:
            pytest.skip("this BLAS has no threads to limit")
        yield
        assert set(blas()) == {3}


def in_turn(*steps):
    """Each (thread, function), in this order, each thread's on a thread of its own."""
    turn, failures = threading.Condition(), []
    at = [0]

    def run(name):
        for number, (whose, function) in enumerate(steps):
            if whose != name:
                continue
            with turn:
                turn.wait_for(lambda number=number: at[0] == number, timeout=60)
                try:
                    function()
                except BaseException as failure:
                    failures.append(failure)
                at[0] += 1
                turn.notify_all()

    each = [threading.Thread(target=run, args=(name,)) for name in {name for name, _ in steps}]
    for thread in each:
        thread.start()
    for thread in each:
        thread.join()
    assert not failures
    assert at[0] == len(steps)


@pytest.mark.parametrize("first_to_leave", ["A", "B"])
def test_overlapping_limits_are_lifted_by_the_last_to_leave(three, first_to_leave):
    a, b = one_blas_thread(), one_blas_thread()
    leaving = {"A": lambda: a.__exit__(None, None, None), "B": lambda: b.__exit__(None, None, None)}
    last = "B" if first_to_leave == "A" else "A"
    seen = []
    in_turn(
        ("A", a.__enter__),
        ("B", b.__enter__),
        (first_to_leave, leaving[first_to_leave]),
        (last, lambda: seen.extend(blas())),
        (last, leaving[last]),
    )
    assert set(seen) == {1}
    assert set(blas()) == {3}


def test_nested_limits(three):
    with one_blas_thread():
        with one_blas_thread():
            assert set(blas()) == {1}
        assert set(blas()) == {1}
    assert set(blas()) == {3}


def test_a_limit_is_lifted_when_the_work_fails(three):
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        1 / 0  # noqa: B018
    assert set(blas()) == {3}


def _report(sender):
    with one_blas_thread():
        inside = blas()
    sender.send((inside, blas()))


@pytest.mark.skipif(sys.platform != "linux", reason="fork is used on Linux")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_holds_the_limit(three):
    held, done = threading.Event(), threading.Event()

    def hold():
        with one_blas_thread():
            held.set()
            done.wait(120)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(60)
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        child = context.Process(target=_report, args=(sender,))
        with threads._blas.lock:  # as another thread may, at that moment
            child.start()
        assert receiver.poll(60)
        inside, after = receiver.recv()
        child.join(60)
        assert set(inside) == {1}
        assert set(after) == {3}
    finally:
        done.set()
        thread.join()


@pytest.fixture(params=[1, 4])
def some_workers(request, monkeypatch):
    monkeypatch.setattr(threads, "_cores", lambda: request.param)
    monkeypatch.setattr(numba.config, "NUMBA_NUM_THREADS", request.param)
    monkeypatch.setattr(numba, "threading_layer", _not_started)
    return request.param


def _not_started():
    raise ValueError("as in a fresh process")


def test_results_come_in_order(some_workers):
    def work(item):
        time.sleep(0.01 * (item % 3 == 0))
        return item, threading.get_ident()

    found = list(results_in_threads(work, range(12)))
    assert [item for item, _ in found] == list(range(12))
    assert len({thread for _, thread in found}) <= some_workers
    assert list(in_threads(lambda part: None, pieces(7, 3))) == [3, 3, 1]


def test_the_first_failure_is_raised_and_nothing_runs_on(some_workers):
    running, begun = threading.Semaphore(0), []

    def work(item):
        begun.append(item)
        if item == 1:
            raise KeyError(item)
        time.sleep(0.02)
        running.release()

    with pytest.raises(KeyError):
        list(results_in_threads(work, range(100)))
    so_far = len(begun)
    assert so_far < 100
    time.sleep(0.1)
    assert len(begun) == so_far


def test_pools_do_not_nest(some_workers):
    def work(_):
        return workers(), {threading.get_ident()} | set(
            results_in_threads(lambda _: threading.get_ident(), range(5))
        )

    for count, idents in results_in_threads(work, range(some_workers + 1)):
        assert (count, len(idents)) == (1, 1)
    assert workers() == some_workers


def test_a_kept_pool_has_the_same_threads_for_each_call(some_workers):
    def call():
        return set(results_in_threads(_slowly, range(8)))

    with kept_threads():
        with kept_threads():
            seen = call()
        for _ in range(3):
            seen |= call()
        with pytest.raises(ZeroDivisionError):
            list(results_in_threads(lambda item: 1 // item, [2, 1, 0]))
        seen |= call()
    assert len(seen) == some_workers
    assert threads._here.kept is None
    assert len(call()) <= some_workers


def _slowly(_):
    time.sleep(0.002)
    return threading.get_ident()


@pytest.mark.parametrize("count", [1, 2])
def test_numba_tells_the_number_of_threads(count, monkeypatch):
    monkeypatch.setattr(threads, "_cores", lambda: 64)
    before = numba.get_num_threads()
    if count > before:
        pytest.skip("this machine has one core")
    numba.set_num_threads(count)
    try:
        assert workers() == count
    finally:
        numba.set_num_threads(before)


def test_what_fails_stops_the_rest():
    def fail():
        raise BadInputError("no")

    def go_on():
        with current().task("for ever") as advance:
            while True:
                advance(1)

    with pytest.raises(BadInputError, match="no"):
        together({"fails": fail, "goes on": go_on})
