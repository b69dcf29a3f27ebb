from collections.abc import Callable
from typing import Any

import pydyf

get_image_from_uri: Callable[..., Any]

class RasterImage:
    get_x_object: Callable[[bool, float], pydyf.Stream]
