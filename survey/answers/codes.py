"""Codes that people write down: base32 in groups of four, without letters that are taken for digits."""

from __future__ import annotations

from typing import Final

CODE_BYTES: Final = 10  # 80 bits: 16 letters in four groups

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # after Crockford: no I, L, O, U
_GROUP = 4
_BITS_OF_A_LETTER = 5
_LENGTH = CODE_BYTES * 8 // _BITS_OF_A_LETTER
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)} | {"I": 1, "L": 1, "O": 0}


def show(secret: bytes) -> str:
    """Eighty bits as a person reads them, for example `7ZKM-0XQ4-HB3D-91TC`.

    Raises:
        ValueError: these are not 80 bits.
    """
    if len(secret) != CODE_BYTES:
        raise ValueError(f"a code has {CODE_BYTES} bytes, not {len(secret)}")
    number = int.from_bytes(secret)
    letters = "".join(
        _LETTERS[number >> _BITS_OF_A_LETTER * place & 31] for place in range(_LENGTH - 1, -1, -1)
    )
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def read(text: str) -> bytes | None:
    """What a person typed as 80 bits; None where it is no code.

    Capitals, spaces and dashes do not matter; `O` is zero, `I` and `L` are one.
    """
    letters = "".join(text.upper().split()).replace("-", "").replace("–", "")
    if len(letters) != _LENGTH or not all(letter in _VALUES for letter in letters):
        return None
    number = 0
    for letter in letters:
        number = number << _BITS_OF_A_LETTER | _VALUES[letter]
    return number.to_bytes(CODE_BYTES)
