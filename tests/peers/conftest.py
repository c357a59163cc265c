"""Markers that the peers' own tests carry."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Let marks through that mean something in the peers' own set-up only."""
    for name in (
        "no_check_spmatrix",
        "skip_xp_backends",
        "xfail_xp_backends",
        "uses_xp_capabilities",
        "array_api_backends",
        "parallel_threads",
        "parallel_threads_limit",
        "thread_unsafe",
        "iterations",
        "fail_slow",
        "slow",
        "xslow",
    ):
        config.addinivalue_line("markers", f"{name}: of a peer's own tests")
