"""Problem details (RFC 9457): what an API client gets instead of an answer."""

from flask import Flask, Response, g, jsonify, request
from pydantic import BaseModel, ConfigDict, ValidationError

TYPE = "urn:academy:problem:"
MOST_ERRORS = 50


class FieldError(BaseModel):
    """One value that was refused: where it stands in the request, and why."""

    pointer: str
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457. `code` is stable for programs, `detail` is for people."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    code: str | None = None
    errors: list[FieldError] | None = None


class Problem(Exception):
    """Ends an API request with problem details."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        errors: list[FieldError] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.headers, self.errors = headers or {}, errors


def unreadable(error: ValidationError, root: str) -> Problem:
    """The 422 for a body or a query that does not fit its description."""
    errors = [
        FieldError(pointer="/".join([root, *map(str, found["loc"])]), detail=found["msg"])
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    count = len(errors)
    return Problem(
        422,
        "unprocessable",
        "The request does not fit its description",
        f"{count} value(s) were refused, see errors.",
        errors=errors[:MOST_ERRORS],
    )


def answer(problem: Problem) -> Response:
    """Draw a problem."""
    details = ProblemDetails(
        type=TYPE + problem.code,
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=request.path,
        request_id=getattr(g, "request_id", ""),
        code=problem.code,
        errors=problem.errors,
    )
    response = jsonify(details.model_dump(exclude_none=True))
    response.content_type = "application/problem+json"
    response.status_code = problem.status
    response.headers.extend(problem.headers)
    return response


def init_app(app: Flask) -> None:
    """Register the handler."""
    app.register_error_handler(Problem, answer)
