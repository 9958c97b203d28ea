"""Lies about process objects."""
