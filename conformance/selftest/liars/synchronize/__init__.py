"""Lies about synchronization primitives."""
