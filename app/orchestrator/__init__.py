"""The agent loop: one engine a conversation, and what it needs to stay honest."""
