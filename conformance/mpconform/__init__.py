"""The host side of the conformance kit: it loads the spec, runs probes, judges, and reports.

It never imports an implementation of `multiprocessing`. The implementation under test runs in
processes of its own, and the host sees it only through files (see `mpprobe`).
"""
