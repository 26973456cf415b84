"""Find, read and render the template."""
