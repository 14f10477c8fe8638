"""The EWS backend without a network."""
