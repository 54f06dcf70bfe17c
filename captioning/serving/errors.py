"""What went wrong with a request -> an answer in JSON, one sentence."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from captioning.serving.batcher import Busy
from data_prep.errors import BadInput, printable


def problem(status: int, sentence: str, headers=None) -> JSONResponse:
    """Return an answer that says why there is no other."""
    return JSONResponse({"error": sentence}, status, headers)


def add_handlers(app: FastAPI) -> None:
    """Give the app the answers to all that may be raised."""

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException):
        return problem(error.status_code, error.detail, error.headers)

    @app.exception_handler(RequestValidationError)
    async def of_validation(request: Request, error: RequestValidationError):
        return problem(422, _sentence(error.errors()[0]))

    @app.exception_handler(BadInput)
    async def of_bad_input(request: Request, error: BadInput):
        return problem(422, str(error))

    @app.exception_handler(Busy)
    async def of_busy(request: Request, error: Busy):
        return problem(
            429,
            "The service has as many pictures in work as it takes; expected fewer: "
            f"ask again in {error.retry_after} s.",
            {"Retry-After": str(error.retry_after)},
        )

    @app.exception_handler(ClientDisconnect)
    async def of_disconnect(request: Request, error: ClientDisconnect):
        return problem(400, "The request ended before all of it was sent.")

    @app.exception_handler(Exception)
    async def of_all_else(request: Request, error: Exception):
        return problem(500, "The service has failed at this; its log says why.")


def _sentence(error: dict) -> str:
    place = ".".join(map(str, error["loc"][-2:])) or "The request"
    found = printable(error.get("input", ""), 40)
    return (
        f"{place} is {found!r} ({error['msg']}); expected another value: /docs says "
        "which."
    )
