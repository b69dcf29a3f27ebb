from collections.abc import Callable

import pydyf

class RasterImage:
    get_x_object: Callable[[bool, float], pydyf.Stream]
