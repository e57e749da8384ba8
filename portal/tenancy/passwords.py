"""Passwords that are long and yet easily guessed."""

import re
from functools import cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

_LEET = str.maketrans("013457@$!", "oleastasi")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_FEWEST_CHARACTERS = 6


class GuessablePasswordValidator:
    """Refuse what only looks long: a common password repeated, padded or spelled with digits.

    Lists of breached passwords hold few of fifteen characters and more; people who must reach
    that length pad a short one. There are no rules of composition beside this (ASVS 6.2).
    """

    def validate(self, password: str, user: object | None = None) -> None:
        """Raise ``ValidationError`` if the password is a short, common one in disguise."""
        if is_guessable(password):
            raise ValidationError(
                "This password is easily guessed. Use several unrelated words instead.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """What the rule asks, for the form."""
        return "Do not repeat or pad a common password. Several unrelated words are good."


def is_guessable(password: str) -> bool:
    """Whether the password is, without its padding, one of the common ones or a keyboard run."""
    text = "".join(password.lower().split())
    if len(set(text)) < _FEWEST_CHARACTERS:
        return True
    candidates = {text, re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)}
    candidates |= {candidate.translate(_LEET) for candidate in candidates}
    return any(
        core in _common() or _is_run(core)
        for core in (_smallest_repeat(candidate) for candidate in candidates)
    )


def _smallest_repeat(text: str) -> str:
    """The shortest piece the text is made of by repetition; the text itself if of none."""
    return text[: (text + text).find(text, 1)] if text else ""


def _is_run(text: str) -> bool:
    return bool(text) and any(text in run * 3 or text in run[::-1] * 3 for run in _RUNS)


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
