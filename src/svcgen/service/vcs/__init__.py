"""Read and write the git repository of a service, without changing its work tree."""
