"""What does a calculation see? Facts that count before an instant, as columns."""
