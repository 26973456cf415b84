# Not svcgen's own tests: what a team writes in a service.
collect_ignore = ["correct"]
