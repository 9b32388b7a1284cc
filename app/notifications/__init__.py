"""What the person should know, once."""
