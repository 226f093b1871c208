"""The rooms of the house, one folder each, in the order that `.importlinter` keeps."""
