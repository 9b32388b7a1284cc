"""Finding skills and running them, each call on its own."""
