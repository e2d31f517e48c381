"""Fixtures that every test may ask for; those of a part of the system are in tests/fixtures_*.py."""

import pytest

pytest_plugins = ["tests.fixtures_store"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Benchmarks run only where they are asked for (`make bench`): they measure, they do not judge."""
    if "bench" not in config.option.markexpr and not config.getoption("benchmark_only", default=False):
        for item in items:
            if item.get_closest_marker("bench"):
                item.add_marker(pytest.mark.skip(reason="a benchmark: run `make bench`"))
