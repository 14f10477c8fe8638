"""Content from outside, made to be bad at random: for minutes in the tests, for hours by `python -m tests.fuzz`."""
