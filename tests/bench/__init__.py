"""The benchmark: the bot beside bare Bolt, in one run. `make bench` runs it; see docs/bench."""
