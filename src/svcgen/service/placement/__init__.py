"""Put a new service where it was requested, beside or around what is there."""
