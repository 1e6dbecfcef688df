"""The first screen of each person, and the pages beside it."""
