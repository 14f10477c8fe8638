"""What is looked at before a message is sent."""
