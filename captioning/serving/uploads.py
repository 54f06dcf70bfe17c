"""The body of a request -> the pictures in it."""

from typing import NamedTuple

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from data_prep.errors import printable

FIELD = "image"  # of a form, once for each file
FORM, JSON = "multipart/form-data", "application/json"


class Upload(NamedTuple):
    """A file of a request, and what it is called in messages."""

    name: str
    data: bytes


class JSONPictures(BaseModel):
    """Pictures as JSON."""

    model_config = ConfigDict(extra="forbid", val_json_bytes="base64")

    images: list[bytes] = Field(
        min_length=1, description="Picture files, each in base64."
    )


async def uploads_of(request: Request, max_pictures: int) -> list[Upload]:
    """Return the files in a request: a form with files, or JSON with base64.

    Raises:
        HTTPException: it is of another type (415), or is not as expected (422).
        RequestValidationError: its JSON is not as expected.
    """
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == FORM:
        return await _of_form(request, max_pictures)
    if kind == JSON:
        return _of_json(await request.body(), max_pictures)
    raise HTTPException(
        415,
        f"The request is of type {printable(content_type, 100) or 'none'}; expected "
        f"{FORM} with files in the field {FIELD}, or {JSON} with base64 in the list "
        "images. Send it as one of these.",
    )


async def _of_form(request: Request, max_pictures: int) -> list[Upload]:
    try:
        form = await request.form(max_files=max_pictures, max_fields=max_pictures)
    except HTTPException as error:
        if error.status_code != 400:  # of `BodyLimits`
            raise
        raise _unexpected(f"The form cannot be read ({error.detail})") from error
    try:
        uploads = [await _of_field(*field) for field in form.multi_items()]
    finally:
        await form.close()
    if not uploads:
        raise _unexpected("The form is empty")
    return uploads


async def _of_field(name: str, value: UploadFile | str) -> Upload:
    if name != FIELD or not isinstance(value, UploadFile):
        kind = "text" if isinstance(value, str) else "a file"
        raise _unexpected(f"The form has {kind} in its field {printable(name, 50)}")
    return Upload(printable(value.filename or FIELD, 100), await value.read())


def _unexpected(found: str) -> HTTPException:
    return HTTPException(
        422,
        f"{printable(found, 200)}; expected files in the field {FIELD}: send them as "
        f"`curl --form {FIELD}=@photo.jpg` does.",
    )


def _of_json(body: bytes, max_pictures: int) -> list[Upload]:
    try:
        images = JSONPictures.model_validate_json(body).images
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    if len(images) > max_pictures:
        raise HTTPException(
            422,
            f"The request has {len(images)} pictures; expected {max_pictures} at most: "
            "send the others in another request.",
        )
    return [Upload(f"picture {n}", data) for n, data in enumerate(images, start=1)]
