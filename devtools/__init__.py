"""What stands behind ``dev.py``.

``cli``, ``venv``, ``guard`` and ``chromium`` run under any Python ≥ 3.11 with its standard
library only. ``inside`` and what it imports run in ``.venv``.
"""
