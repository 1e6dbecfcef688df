"""The member's file: what a structure's answers say of it each time, kept once (domain 2.2 to 2.6)."""
