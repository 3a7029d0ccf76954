"""What must a store do, and does it? The checks of `check_repository`."""
