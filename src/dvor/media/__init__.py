"""Pictures and files: checking them, resizing them and keeping them on disk."""
