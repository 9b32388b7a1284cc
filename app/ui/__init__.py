"""The window. The only package, with main, that imports Qt."""
