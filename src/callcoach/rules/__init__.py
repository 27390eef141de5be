"""Rules: documents and a conversation in, findings out. Kinds are code, rules are data."""
