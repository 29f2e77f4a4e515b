"""How a cause is recognised in what a mail server says. Data only."""
