"""The operator's commands: plain functions that take what they need and return an exit status."""
