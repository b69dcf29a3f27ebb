"""The areas of a hotspot item: a pointer or the keyboard writes the fields of pixels."""

import io
import re
import time
from typing import Any

from PIL import Image


def test_areas_are_drawn_on_the_picture_and_moved_by_keys(visit: Any) -> None:
    window = visit()
    page = window.sign_in("author")
    page.goto(f"{window.site.url}/manage/items/new")
    page.get_by_label("Kind").select_option("hotspot")
    page.get_by_label("Code").fill(f"DRAWN-{time.time_ns()}")
    page.get_by_role("button", name="Begin").click()
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "#dde6ee").save(file, "JPEG")
    upload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    page.get_by_label("Upload a picture").set_input_files(upload)
    page.get_by_role("button", name="Add the picture").click()
    page.wait_for_url(re.compile("#picture"))
    page.locator("#areas").scroll_into_view_if_needed()
    box = page.locator("#areas").bounding_box()
    scale = box["width"] / 400
    page.mouse.move(box["x"] + 40 * scale, box["y"] + 60 * scale)
    page.mouse.down()
    page.mouse.move(box["x"] + 140 * scale, box["y"] + 160 * scale)
    page.mouse.up()
    page.wait_for_function("document.querySelector('#area-0').value !== ''")
    drawn = [int(one) for one in page.input_value("#area-0").split()]
    assert all(abs(one - near) <= 2 for one, near in zip(drawn, (40, 60, 140, 160), strict=True))
    page.get_by_role("button", name="Area a").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    left, top, right, bottom = drawn
    wanted = f"{left + 5} {top} {right + 5} {bottom + 5}"
    assert page.input_value("#area-0") == wanted
