"""Merge two renderings of the template into a service."""
