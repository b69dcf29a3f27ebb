"""Which tests of a run stay in one process."""

import pytest

from tests.scheduling import group_of


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/lms/test_mail.py::test_one[a-postgres]", "tests/lms/test_mail.py"),
        ("tests/browser/test_story.py::test_one[sqlite]", "sqlite"),
        ("tests/browser/test_promises.py::test_one[learner-/me-1280-sqlite]", "sqlite"),
        ("tests/browser/test_areas.py::test_one[postgres]", "postgres"),
        ("tests/browser/test_scoring_pages.py::test_one", "postgres"),
        ("tests/browser/test_exam_browser.py::test_one[cc-Begin]", "postgres"),
        ("tests/browser/test_checks.py::test_one[chromium]", "tests/browser/test_checks.py"),
    ],
)
def test_a_group_is_a_file_or_what_looks_at_a_site(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group
