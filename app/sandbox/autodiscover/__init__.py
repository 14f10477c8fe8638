"""Autodiscover: from an address to the endpoint of the service, in the three ways that clients of Exchange ask."""
