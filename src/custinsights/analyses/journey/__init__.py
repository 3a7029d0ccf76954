"""Where is each customer on the way? Funnels, stages, milestones and silences."""
