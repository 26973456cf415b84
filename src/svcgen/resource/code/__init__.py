"""The code of a resource."""
