"""The parts of the pane in which a letter is read."""
