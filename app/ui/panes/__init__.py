"""What stands beside the conversation: trace, circuits, versions, files."""
