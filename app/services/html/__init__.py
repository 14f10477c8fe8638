"""HTML from outside and HTML that leaves: made safe, read as blocks that an editor can hold, and written again."""
