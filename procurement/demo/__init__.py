"""The demo network: a network of the real one's shape, made by the product's own verbs, alive from the day it loads.

Nobody in it exists: structures are named by kind and place and marked as demo, accounts by role.
"""
