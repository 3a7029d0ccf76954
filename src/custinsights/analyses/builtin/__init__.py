"""Which metrics, dimensions and traits are built in?"""
