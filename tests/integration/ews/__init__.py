"""The EWS backend over real sockets."""
