"""The demonstration: a scenario played from its file, with recorded answers, decisions and a scaled clock."""
