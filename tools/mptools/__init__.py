"""Reports on the spec and on results: files in, files out."""


class ToolError(Exception):
    """A command cannot do what it was asked; the message says why, and what to do."""
