"""The fakes keep to their ports: what a test of a service leans on is tested itself."""
