"""The feature behind `/mailtest`: a test, live in the channel."""
