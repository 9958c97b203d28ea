"""The host side of the conformance kit: it loads the spec, runs probes, judges, and shows.

It never imports an implementation of `multiprocessing`: what is under test lives in processes of
its own, and is seen only through files (see `mpprobe`).
"""
