"""The command line: flags, prompts and reports. The only package that prints."""
