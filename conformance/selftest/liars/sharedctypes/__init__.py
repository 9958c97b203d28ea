"""Lies about shared ctypes objects."""
