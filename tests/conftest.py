"""Fixtures that every test may ask for; those of a part of the system are in tests/fixtures_*.py."""

import pytest

pytest_plugins = ["tests.fixtures_store"]

STACK = "tests/e2e/stack"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Benchmarks run only where they are asked for (`make bench`): they measure, they do not judge.

    With several processes (`make test`) a file's tests stay in one, for its fixtures' sake, and so do all
    that share the deployed stack.
    """
    for item in items:
        file = item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(STACK if file.startswith(STACK) else file))
    if "bench" not in config.option.markexpr and not config.getoption("benchmark_only", default=False):
        for item in items:
            if item.get_closest_marker("bench"):
                item.add_marker(pytest.mark.skip(reason="a benchmark: run `make bench`"))
