"""Fixtures that every test may ask for; those of a part of the system are in tests/fixtures_*.py."""

pytest_plugins = ["tests.fixtures_store"]
