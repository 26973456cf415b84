"""Parse the description of a resource on the command line."""
