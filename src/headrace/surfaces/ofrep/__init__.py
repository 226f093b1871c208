"""The door for OpenFeature: which variant of a flag somebody gets, by the Remote Evaluation Protocol."""
