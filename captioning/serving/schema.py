"""What may be asked, and what is answered: for checks, and for the OpenAPI page."""

from pydantic import BaseModel, ConfigDict, Field

from captioning.inference import result_text
from captioning.inference.results import AttentionMaps
from captioning.serving.batcher import Captioned


class Options(BaseModel):
    """The options of a request, in its query."""

    model_config = ConfigDict(extra="forbid")

    beams: int | None = Field(
        None,
        ge=1,
        le=20,
        description="captions a picture, best first (default: the best alone)",
    )
    attention: bool = Field(
        False, description="say where the captioner looked as it chose each word"
    )
    min_confidence: float | None = Field(
        None, ge=0, le=1, description="leave out captions of a lower confidence"
    )


class CaptionFields(BaseModel):
    caption: str
    score: float = Field(description="log probability over length ** length_penalty")
    confidence: float | None = Field(
        None, description="how probable it is that its main thing is right"
    )
    expected_cider_d: float | None = Field(
        None, description="by which captions are in order, where they are re-ranked"
    )


class Attention(BaseModel):
    words: list[str] = Field(description="of the best caption")
    weights: list[list[list[float]]] = Field(
        description="words x rows x columns, a grid over the whole picture; each "
        "word's sum is 1"
    )


class PictureFields(BaseModel):
    """A picture of the request: captions, or an error."""

    image: str = Field(description="the name of its file, or its number")
    captions: list[CaptionFields] | None = None
    confidence: float | None = Field(
        None, description="of the best caption, if it was left out as unsure"
    )
    attention: Attention | None = None
    error: str | None = None


class Answer(BaseModel):
    results: list[PictureFields]


class Problem(BaseModel):
    error: str = Field(description="what was found, what was expected, what to do")
    results: list[PictureFields] | None = Field(
        None, description="if each picture was refused"
    )


def fields_of(captioned: Captioned, shown: int) -> dict:
    """Return what is answered of a picture, in the form of `PictureFields`.

    Args:
        captioned: the picture.
        shown: how many captions, at most.
    """
    fields = result_text.fields_of(captioned.result, shown)
    if captioned.maps and captioned.result.captions:
        fields["attention"] = _attention(captioned.maps)
    return fields


def _attention(maps: AttentionMaps) -> dict:
    side = round(maps.weights.shape[1] ** 0.5)  # regions are a square grid
    weights = maps.weights.astype(float).round(5).reshape(-1, side, side)
    return {"words": list(maps.words), "weights": weights.tolist()}
