from tests.unit.registry.conftest import bucket, s3

__all__ = ["bucket", "s3"]
