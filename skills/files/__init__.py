"""Files in the granted folders: list, read, search, change, and bring any version back."""
