"""The rules of `mptools lint`: one function each, with a bad example in tools/tests/lint.

A rule takes the project and yields findings.  Its name, with hyphens, is the name that it is known
by in the output.
"""
