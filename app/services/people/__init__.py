"""Who one writes to."""
