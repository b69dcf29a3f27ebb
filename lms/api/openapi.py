"""OpenAPI 3.1 from the declared endpoints and their pydantic models."""

import re
from typing import Any, Literal

import orjson
from flask import Response, current_app, request
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lms.api.answers import HEADER
from lms.api.endpoints import ENDPOINTS, ROOT, Endpoint, blueprint
from lms.api.problems import ProblemDetails
from lms.api.tokens import CHECK, READ
from lms.permissions import PUBLIC, permit
from lms.site import load as load_site

TITLES = {
    304: "Not changed since the ETag that was sent",
    400: "The request makes no sense, or lacks its Idempotency-Key",
    401: "No token, or one that does not work",
    403: "The token lacks the scope",
    404: "Nothing there, or not yours to see",
    409: "The first request with this Idempotency-Key is still being answered",
    413: "Too large",
    415: "Not JSON",
    422: "The request does not fit its description",
    429: "Too many requests; see Retry-After",
}
SCOPES = {
    READ: "Read the certificates of the token's person or of the organisation's people",
    CHECK: "Check lists of codes and addresses, and read the results",
}
SERIALIZED: Literal["serialization"] = "serialization"
REF = "#/components/schemas/{model}"


@blueprint.get("/openapi.json")
@permit(PUBLIC)
def description() -> Response:
    """This API, described for programs."""
    response = Response(orjson.dumps(document()), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response


def document() -> dict[str, Any]:
    """The whole description."""
    settings = current_app.extensions["settings"]
    schemas = _schemas()
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{load_site().name} API", "version": "1",
                 "description": "Certificates: verification, lists, status and bulk checks."},
        "servers": [{"url": settings.public_url + ROOT}],
        "paths": _paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer",
                                          "description": "\n".join(f"{k}: {v}" for k, v in
                                                                   SCOPES.items())}},
        },
    }  # fmt: skip


def _schemas() -> dict[str, Any]:
    """Each model once, as it is written; bodies are read as they are written."""
    models: dict[type[BaseModel], None] = {ProblemDetails: None}
    for found in ENDPOINTS:
        models |= {model: None for model in (found.answer, found.body) if model is not None}
    inputs = [(model, SERIALIZED) for model in models]
    _refs, schemas = models_json_schema(inputs, ref_template=REF)
    definitions: dict[str, Any] = schemas["$defs"]
    return definitions


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {
        "/openapi.json": {"get": {"operationId": "description", "summary": "This description",
                                  "responses": {"200": {"description": "OpenAPI 3.1", "content": {
                                      "application/json": {"schema": {"type": "object"}}}}}}}
    }  # fmt: skip
    for found in ENDPOINTS:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", found.path)
        paths.setdefault(path, {})[found.method.lower()] = _operation(found)
    return paths


def _operation(found: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": found.name,
        "summary": found.summary,
        "description": found.detail,
        "parameters": _parameters(found),
        "responses": _responses(found),
    }
    if found.scope:
        operation["security"] = [{"token": [found.scope]}]
    if found.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(found.body)}
    return operation


def _content(model: type[BaseModel], media: str = "application/json") -> dict[str, Any]:
    return {media: {"schema": {"$ref": REF.format(model=model.__name__)}}}


def _parameters(found: Endpoint) -> list[dict[str, Any]]:
    names = re.findall(r"<(?:\w+:)?(\w+)>", found.path)
    listed: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    if found.query is not None:
        listed += _query(found.query)
    if found.method == "POST":
        listed.append(
            {"name": HEADER, "in": "header", "required": True,
             "description": "Repeat a request with the same value: it has one effect.",
             "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
        )  # fmt: skip
    return listed


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", []),
         "description": values.get("description", ""), "schema": values}
        for name, values in schema["properties"].items()
    ]  # fmt: skip


def _responses(found: Endpoint) -> dict[str, Any]:
    ok: dict[str, Any] = {"description": found.summary}
    if found.answer is not None:
        ok["content"] = _content(found.answer)
    elif found.media:
        ok["content"] = {found.media: {"schema": {"type": "string"}}}
    answers: dict[str, Any] = {str(found.status): ok}
    for status in sorted(_statuses(found)):
        answers[str(status)] = {"description": TITLES[status]}
        if status >= 400:
            answers[str(status)]["content"] = _content(ProblemDetails, "application/problem+json")
    return answers


def _statuses(found: Endpoint) -> set[int]:
    """What may come instead, by what the endpoint takes."""
    statuses = {400, 429, *found.statuses}
    if found.method == "GET":
        statuses.add(304)
    if found.scope:
        statuses |= {401, 403}
    if "<" in found.path:
        statuses.add(404)
    if found.query is not None:
        statuses.add(422)
    return statuses | ({409, 413, 415, 422} if found.method == "POST" else set())
