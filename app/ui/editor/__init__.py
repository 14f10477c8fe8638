"""Where formatted text is written and read: Qt's documents made of blocks, and HTML made of Qt's documents."""
