"""Faces that are not this window: their port and adapters."""
