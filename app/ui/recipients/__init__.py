"""The parts of the recipients field: its chips, where they stand, how they look, and what keys and mouse do."""
