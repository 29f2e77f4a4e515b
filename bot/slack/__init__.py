"""The shell: everything that knows Slack, grouped by feature."""
