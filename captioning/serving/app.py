"""The web application: a FastAPI app with the routes of a service."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import FastAPI, Query, Request, Security
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from fastapi.security import APIKeyHeader
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from captioning.inference.engine import Engine
from captioning.serving import uploads
from captioning.serving.body_limits import BodyLimits
from captioning.serving.errors import add_handlers
from captioning.serving.log import RequestLog
from captioning.serving.schema import Answer, Options, Problem
from captioning.serving.service import Service
from captioning.serving.settings import Settings
from captioning.serving.site import HEADERS

KEY_HEADER = "X-API-Key"

_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
_REQUEST_BODY = {
    "required": True,
    "content": {
        uploads.FORM: {
            "schema": {
                "type": "object",
                "properties": {uploads.FIELD: _FILES},
                "required": [uploads.FIELD],
            }
        },
        uploads.JSON: {"schema": uploads.JSONPictures.model_json_schema()},
    },
}
_PROBLEMS = {
    401: "the API key is missing or wrong",
    408: "the request was not sent in time",
    413: "the request is too large",
    415: "the request is of another type",
    422: "the request is not as expected, or no picture can be used",
    429: "too many pictures are in work; Retry-After says when to ask again",
    503: "the pictures were not captioned in time",
}


def create_app(engine: Engine, settings: Settings) -> FastAPI:
    """Return the application.

    Args:
        engine: the captioner.
        settings: its limits, and who may use it.
    """
    service = Service(engine, settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = FastAPIOffline(  # its /docs loads nothing from elsewhere
        redoc_url=None,
        title="captioning",
        description="Captions for photos, by one recurrent cell.",
        lifespan=lifespan,
    )
    add_handlers(app)
    app.add_middleware(
        BodyLimits, max_bytes=settings.max_bytes, seconds=settings.timeout
    )
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["POST"],
            allow_headers=["Content-Type", KEY_HEADER],
        )
    app.add_middleware(RequestLog, metrics=service.metrics)
    _add_caption(app, service)
    _add_operation(app, service)
    if settings.page:
        app.mount("/", _Page(directory=settings.page, html=True))
    return app


def _add_caption(app: FastAPI, service: Service) -> None:
    key = service.settings.api_key

    def check_key(
        given: Annotated[
            str | None, Security(APIKeyHeader(name=KEY_HEADER, auto_error=False))
        ],
    ) -> None:
        # Starlette takes the bytes of a header for Latin-1.
        if key is not None and not secrets.compare_digest(
            (given or "").encode("latin-1"), key.encode()
        ):
            raise HTTPException(
                401,
                f"The API key is {'wrong' if given else 'missing'}; expected that of "
                f"this service: send it in the header {KEY_HEADER}.",
            )

    @app.post(
        "/v1/caption",
        summary="Caption pictures",
        dependencies=[Security(check_key)],
        openapi_extra={"requestBody": _REQUEST_BODY},
        responses={
            200: {"model": Answer},
            **{s: {"model": Problem, "description": d} for s, d in _PROBLEMS.items()},
        },
    )
    async def caption(
        request: Request, options: Annotated[Options, Query()]
    ) -> JSONResponse:
        """Caption one picture or several. A picture that cannot be used has an error
        in the place of its captions, and the others are captioned; the status is 422
        if none can be used."""
        service.check(options)
        files = await uploads.uploads_of(request, service.settings.max_pictures)
        results = await service.answer(request, files, options)
        errors = [result["error"] for result in results if "error" in result]
        request.state.log = {"pictures": len(results), "refused": len(errors)}
        if len(errors) == len(results):
            return JSONResponse({"error": errors[0], "results": results}, 422)
        return JSONResponse({"results": results})


def _add_operation(app: FastAPI, service: Service) -> None:
    """Add the routes for those who run the service."""

    @app.get("/healthz", summary="Does the process answer?")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz", summary="Can it caption?")
    async def readyz() -> PlainTextResponse:
        if not service.is_ready:
            return PlainTextResponse("not ready\n", 503)
        return PlainTextResponse("ready\n")

    @app.get("/metrics", summary="Counters, for Prometheus")
    async def metrics() -> Response:
        text = generate_latest(service.metrics.registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)


class _Page(StaticFiles):
    """Files of a page, each with the headers under which a browser gives it threads."""

    async def get_response(self, path, scope):
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response
