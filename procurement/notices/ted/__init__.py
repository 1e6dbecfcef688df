"""TED, the European journal's notices: XML in, parsed notices out. Pure."""
