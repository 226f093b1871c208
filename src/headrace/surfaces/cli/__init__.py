"""The command line: nouns, then verbs, one command for every operation of the house."""
