"""Pages of the network's structures: the directory, and a page for each."""
