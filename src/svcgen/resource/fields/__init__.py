"""The types of a field."""
