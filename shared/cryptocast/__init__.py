"""Cryptocast: calibrated crypto direction forecasts that say when they abstain."""

__version__ = "0.1.0"
