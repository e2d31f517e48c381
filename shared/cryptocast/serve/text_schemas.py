"""The bodies of `POST /v1/sentiment`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from cryptocast.serve.schemas import Body, Labelled, Sentiment

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
MOST_TEXTS, MOST_CHARACTERS = 16, 4_000
"""Of one request, which anybody may send. The time is the texts': 128 characters can be the 128 tokens that
are read of each."""


class SentimentRequest(Body):
    texts: list[Text] = Field(
        min_length=1,
        description=f"Up to {MOST_TEXTS} texts and {MOST_CHARACTERS:,} characters together.",
        json_schema_extra={"maxItems": MOST_TEXTS},
    )

    @field_validator("texts", mode="before")
    @classmethod
    def _few(cls, value: object) -> object:
        """Before anything else is looked at, so that what is too much is said in one sentence."""
        texts = value if isinstance(value, list) else []
        if len(texts) > MOST_TEXTS or sum(len(t) for t in texts if isinstance(t, str)) > MOST_CHARACTERS:
            raise PydanticCustomError(
                "too_many_texts", f"at most {MOST_TEXTS} texts and {MOST_CHARACTERS:,} characters together"
            )
        return value


class SentimentAnswer(Labelled):
    sentiments: list[Sentiment] = Field(description="In the order of the texts.")
    model_version: str
    stand_in: bool = Field(default=False, description="True where a small stand-in model answered.")
