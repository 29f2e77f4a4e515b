"""Mail Settings for Slack: the program."""
