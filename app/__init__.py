"""Steward: a skills-first desktop assistant that never loses a file."""

__version__ = "0.1.0"
