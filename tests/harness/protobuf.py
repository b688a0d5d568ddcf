# SPDX-License-Identifier: EUPL-1.2
"""Protobuf by hand: what no daemon of ours would write can be written with it."""


def varint(n):
    out = bytearray()
    n &= (1 << 64) - 1
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def packed(*fields):
    """A message of fields (number, value): int, text or bytes."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def unpacked(body):
    """The fields of a message, {number: [values]}: int, or bytes."""
    fields, at = {}, 0

    def number():
        nonlocal at
        n, shift = 0, 0
        while True:
            byte = body[at]
            at += 1
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return n

    while at < len(body):
        key = number()
        value = number()
        if key & 7:
            assert key & 7 == 2, "neither a number nor bytes"
            at, value = at + value, body[at:at + value]
        fields.setdefault(key >> 3, []).append(value)
    return fields
