"""What is a column, and how are columns read, sorted, coded and laid together?"""
