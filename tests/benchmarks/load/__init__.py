"""A service under load on loopback: what makes it, serves it, asks it and measures it."""
