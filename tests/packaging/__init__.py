"""The packages, as far as they can be held to something without making them."""
