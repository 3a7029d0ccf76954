"""What becomes of those who began together, and what did they cost?"""
