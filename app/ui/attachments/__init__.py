"""A letter's attachments as they are seen and handled: the strip, its rows, pictures made smaller, paste and drop."""
