"""The conversation: transcript, composer, approval card."""
