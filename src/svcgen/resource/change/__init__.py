"""What svcgen changes in a service to add a resource."""
