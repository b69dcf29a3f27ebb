from collections.abc import Callable
from typing import Any

from weasyprint.css.targets import TargetCollector
from weasyprint.text.fonts import FontConfiguration

class LayoutContext:
    style_for: Any
    def __init__(
        self,
        style_for: Any,
        get_image_from_uri: Callable[..., Any],
        font_config: FontConfiguration,
        counter_style: dict[str, Any],
        target_collector: TargetCollector,
    ) -> None: ...
