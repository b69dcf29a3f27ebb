"""What differs between a published version and its draft, in words."""

from courses.catalog import drafts, queries
from courses.catalog.actions import Content
from courses.catalog.models import CourseVersion
from courses.catalog.snapshot import catalog
from lms.i18n import gettext as _


def changes_of(published: CourseVersion | None, draft: CourseVersion) -> list[tuple[str, str, str]]:
    """(what, before, after) of everything that differs."""
    new = _words_of(drafts.content_of(draft))
    old = _words_of(drafts.content_of(published)) if published else {}
    return [
        (label, old.get(label, ""), text)
        for label, text in new.items()
        if old.get(label, "") != text
    ]


def _words_of(content: Content) -> dict[str, str]:
    formats = {f.id: f.title for f in queries.formats_with_modes()}
    courses = catalog().by_id()
    return {
        _("Title"): content.title,
        _("Summary"): content.summary,
        _("Description"): content.description,
        _("For whom"): content.audience,
        _("Afterwards you can (one per line)"): "\n".join(content.outcomes),
        _("Minutes"): str(content.minutes or content.length_note),
        _("Languages"): ", ".join(content.languages),
        _("Formats offered"): ", ".join(formats[id] for id in sorted(content.format_ids)),
        _("Courses to complete before"): ", ".join(
            courses[id].code for id in sorted(content.prerequisite_ids) if id in courses
        ),
        _("Modules"): "\n".join(
            f"{title} ({minutes} min): {', '.join(topics)}"
            for title, minutes, topics in content.modules
        ),
    }
