"""Parse, render and insert the resources of `svcgen add resource`."""
