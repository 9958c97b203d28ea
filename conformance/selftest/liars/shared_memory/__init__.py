"""Lies about blocks of shared memory and the lists in them."""
