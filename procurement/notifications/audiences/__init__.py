"""Who is concerned by an event or a deadline, as SQL: asked when it is written down, and again when it is sent.

An audience is a list of selects, each with the columns `source_id` (of the event or of the deadline), `user_id` and
`address` (for whoever has no account). What makes it pointless, a state that has changed, a place given up, is a
condition here: so nobody is told what is no longer theirs to do (N14, N15, N19), and a group's news reaches that
group alone (G3).
"""
