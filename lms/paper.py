"""Reports as tagged PDF (PDF/UA-1): HTML of our own templates in, bytes out.

For jobs, never inside a transaction. Nothing is fetched but `data:` and our own fonts.
"""

from flask import render_template


def pdf(template: str, **values: object) -> bytes:
    """The report that a template of `templates/documents` makes of these values. It extends
    `documents/report.html`; the words are in the language of the context (`lms.i18n`)."""
    from lms import press  # noqa: PLC0415  # half a second, which who never draws need not wait

    return press.draw(render_template(template, plot_style=press.PLOT, **values))
