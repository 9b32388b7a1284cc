"""Skills for Google Docs, edited in place."""
