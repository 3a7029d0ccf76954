"""What does a word of the catalog consist of, and what does it see?"""
