"""coding: judging a code change with real tools, independently of whoever made it.

An evaluation is what is known of one change: where it began, what it touches, what it promised. A
criterion of a policy is met, not met, does not apply, or was not evaluated, which is never a pass.
It gives an evaluator's instrument the findings, and governance keeps them. Its rows are the runs of
checks: one check of one head is run once, and all evaluators of that head rest on that run.
"""
