"""Qt documents made of blocks: shared by editor, reader and printing."""
