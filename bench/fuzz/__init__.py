"""What comes from outside, mangled at random: nothing may crash, hang or swell. `python3 dev.py fuzz [part] [count]`."""
