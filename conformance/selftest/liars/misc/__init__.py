"""Lies about the functions of the chapter Miscellaneous."""
