"""The pages as they are declared, group by group, in the order of the navigation."""
