"""The command line's description of a resource."""
