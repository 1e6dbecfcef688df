"""What is fast and how fast: each figure a ratio of two things measured in turn in one run, or a plain count."""
