"""Git, processes, signals and uv: everything that leaves the process."""
