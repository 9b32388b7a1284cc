"""Skills for Google Sheets, changed in place."""
