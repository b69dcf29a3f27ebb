"""Imported first: nothing that imports make is garbage, and looking through it again and again is
a quarter of the time in which a process starts. So the collector rests until the application is
made, and leaves alone for good what stands then."""

import gc

gc.disable()


def done() -> None:
    """The imports are done (once in a process)."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
