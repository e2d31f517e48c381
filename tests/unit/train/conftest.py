from tests.unit.registry.conftest import bucket

__all__ = ["bucket"]
