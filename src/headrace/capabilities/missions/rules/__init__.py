"""What missions may do. Pure: gates, fleets, tasks, designs, reports."""
