"""The reading pane, its attachments, and paper."""
