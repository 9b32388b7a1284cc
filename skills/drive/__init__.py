"""Skills for files in Google Drive."""
