"""The rules of `mptools lint`: one function each, with a bad example in tools/tests/lint.

A rule takes the project and yields findings.  The output calls it by the name of its function, with
hyphens.
"""
