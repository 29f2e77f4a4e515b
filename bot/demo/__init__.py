"""The embedded stand-in for Slack: what the tests drive and the demo shows."""
