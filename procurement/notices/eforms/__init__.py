"""The European notice (eForms), whoever carries it: BOAMP as JSON, TED as XML. Pure."""
