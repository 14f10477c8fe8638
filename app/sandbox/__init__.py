"""A small Exchange of our own, in a process of its own: for trying the program and for its tests.

It imports nothing of the program, and the program starts it as a process: `python -m app.sandbox`.
"""
