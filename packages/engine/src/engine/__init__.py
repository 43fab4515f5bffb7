"""The match: people and a program in, pairs and their explanations out."""
