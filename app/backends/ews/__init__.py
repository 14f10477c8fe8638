"""Exchange Web Services by exchangelib, which appears in this room only."""
