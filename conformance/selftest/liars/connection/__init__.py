"""Lies about connection objects."""
