"""One module per vendor: its paths, its shapes, its quirks."""
