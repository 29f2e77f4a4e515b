"""What failures mean and what to do: one table for each part of a conversation. Data only."""
