"""Lies about pipes and queues."""
