"""Lies about process pools."""
