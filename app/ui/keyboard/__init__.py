"""Where keys go: the gate that every key passes, and what it shows of those that wait."""
