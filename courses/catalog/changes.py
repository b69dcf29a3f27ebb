"""What differs between two contents of a course, in words."""

from courses.catalog import queries
from courses.catalog.actions import Content
from courses.catalog.snapshot import catalog
from lms.i18n import gettext as _
from lms.i18n import hours, language_name


def changes(before: Content | None, after: Content) -> list[tuple[str, str, str]]:
    """(what, before, after) of everything that differs; None: there was nothing."""
    new, old = _words_of(after), _words_of(before) if before else {}
    return [
        (label, old.get(label, ""), text)
        for label, text in new.items()
        if old.get(label, "") != text
    ]


def _words_of(content: Content) -> dict[str, str]:
    formats = {f.id: f"{f.mode.title}: {f.title}" for f in queries.formats_with_modes()}
    courses = catalog().by_id()
    return {
        _("Title"): content.title,
        _("Summary"): content.summary,
        _("Description"): content.description,
        _("For whom"): content.audience,
        _("Afterwards you can"): "\n".join(content.outcomes),
        _("Length"): hours(content.minutes) if content.minutes else content.length_note,
        _("Languages"): "\n".join(language_name(tag) for tag in content.languages),
        _("Formats offered"): "\n".join(formats[id] for id in sorted(content.format_ids)),
        _("Courses to complete before"): "\n".join(
            f"{courses[id].code} {courses[id].title}"
            for id in sorted(content.prerequisite_ids)
            if id in courses
        ),
        _("Modules"): "\n".join(
            f"{title} ({hours(minutes)}): {', '.join(topics)}"
            for title, minutes, topics in content.modules
        ),
        _("Content"): _("Sample content") if content.sample else _("The vendor's own"),
    }
