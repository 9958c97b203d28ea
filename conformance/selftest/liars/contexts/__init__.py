"""Lies about contexts and start methods."""
