"""Personal data: the register of what is done with it, its export, its erasure, and what ends when its time is over."""
