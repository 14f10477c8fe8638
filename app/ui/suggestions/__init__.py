"""Whom the words in a recipients field may mean: offered while one types, and where a name has several owners."""
