"""What sells to whom, how fast, and what could be sold beside it?"""
