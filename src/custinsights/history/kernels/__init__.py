"""How are integers grouped and added? Cells, chains, medians and the states that merge."""
