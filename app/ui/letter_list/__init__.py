"""The list that all lists share: a table of one painted column and fixed heights, fast at any size."""
