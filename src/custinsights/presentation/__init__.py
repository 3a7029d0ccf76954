"""How is a result shown? Records, files, frames, text and HTML, all made from a `Table`.

Rounding for display happens in this room and nowhere else.
"""
