"""The state behind the form of accounts."""
