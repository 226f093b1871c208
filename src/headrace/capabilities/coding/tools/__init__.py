"""The harness: reads a change in its worktree, runs the tools, and asks the rules what they say."""
