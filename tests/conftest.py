"""Fixtures that every test may ask for; those of a part of the system are in tests/fixtures_*.py."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

pytest_plugins = ["tests.fixtures_aws", "tests.fixtures_store"]

LONGEST = ("tests/e2e/stack/", "tests/e2e/", "tests/unit/train/", "tests/integration/train/")
"""What takes minutes, in the order in which it begins: were it last, one process would wait for the other."""


class StackTogether(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests run in one process, for its fixtures' sake; so do all that share the deployed stack.

    xdist's own groups do nothing under pytest 9.2, which has no `_nodeid` any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        stack = "tests/e2e/stack"
        return stack if nodeid.startswith(stack) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> StackTogether | None:
    return StackTogether(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first. Benchmarks only where they are asked for (`make bench`): they do not judge."""
    items.sort(key=lambda item: next((i for i, one in enumerate(LONGEST) if item.nodeid.startswith(one)), 9))
    if "bench" not in config.option.markexpr and not config.getoption("benchmark_only", default=False):
        for item in items:
            if item.get_closest_marker("bench"):
                item.add_marker(pytest.mark.skip(reason="a benchmark: run `make bench`"))
