"""What all answers share."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """An answer has exactly the members it declares: one that differs is an error of ours."""

    model_config = ConfigDict(extra="forbid")
