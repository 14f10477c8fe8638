"""What rooms share: theme, widgets, tasks, notices, and the finder of resources/."""
