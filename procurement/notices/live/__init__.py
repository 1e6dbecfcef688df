"""The sources' own interfaces, asked over the network: one step at a time, nothing of ours locked meanwhile."""
