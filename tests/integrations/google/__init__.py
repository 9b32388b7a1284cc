"""Tests of Google Drive: the real client library against a stand-in on loopback."""
