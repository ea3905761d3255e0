"""The base of every part of the language: closed, immutable, camelCase as Kubernetes writes it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

ApiVersion = Annotated[Literal["mlspec.dev/v1"], Field(description="The version of the language.")]


class Section(BaseModel):
    """A mapping that a user writes. Unknown keys are errors; nothing is converted behind the user's back."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        strict=True,
        populate_by_name=True,
        # Only the few types that are validated by themselves are built, once, with all that they hold.
        defer_build=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def by_default(cls) -> Self:
        """What holds where nothing is written. Calling the class for it would build a validator of this one alone."""
        return cls.model_construct()  # type: ignore[return-value] # pydantic's plugin of mypy takes Self for Section


class Invalid(ValueError):
    """A value that its type refuses: `label` stands beside the caret, `help` says what to write instead.

    `fix` is the one value that was most likely meant; where there is no other help, it is the help.
    """

    def __init__(
        self,
        label: str,
        help: str = "",  # noqa: A002 - the word users see
        at: tuple[str | int, ...] = (),
        *,
        fix: str = "",
    ) -> None:
        super().__init__(label)
        self.label = label
        self.help = help
        self.at = at
        """A path below the refused value where the caret belongs."""
        self.fix = fix
