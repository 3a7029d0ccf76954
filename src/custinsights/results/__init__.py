"""What came out? Finished values that know where they come from and how to leave."""
