"""The database: one writer thread, numbered migrations, typed queries."""
