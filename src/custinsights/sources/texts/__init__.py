"""How does a file become columns of cells, each with its place?"""
