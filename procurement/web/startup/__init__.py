"""What is looked at before people are let in: settings nobody should rely on, and what the product leans on.

`serve` refuses to start an installation whose settings are weak; `flask check` says all that could be better.
"""
