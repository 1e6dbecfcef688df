"""Notices as people paste or forward them: running text, from which only what stands there is read."""
