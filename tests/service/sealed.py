# SPDX-License-Identifier: EUPL-1.2
"""Frames as nodes seal them, for tests that play a node: with libsodium as the daemons use it, and protobuf by hand."""

import base64
import ctypes
import ctypes.util
import json
import os

from service.broker_world import varint

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))
NONCE, MAC = 24, 16
NO_CHAIN = bytes(32)


def field(number, value):
    """A field as protobuf packs it."""
    if isinstance(value, int):
        return packed_varint(number << 3) + packed_varint(value)
    return packed_varint(number << 3 | 2) + packed_varint(len(value)) + value


def packed_varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def fields(packed):
    """{number: value}; of those that repeat, the last."""
    found = {}
    while packed:
        tag, packed = varint(packed)
        value, packed = varint(packed)
        if tag & 7 == 2:
            value, packed = packed[:value], packed[value:]
        found[tag >> 3] = value
    return found


class Sealer:
    """Seals and opens between a node whose secret keys we have and another of the registry."""

    def __init__(self, place, node, other):
        secret = json.loads(place.keys(node).read_text())["box_secret"]
        rows = json.loads(place.registry.read_text())["nodes"]
        public = next(row["box"] for row in rows if row["name"] == other)
        self.names = field(4, node.encode()) + field(5, other.encode())
        self.keys = base64.b64decode(public), base64.b64decode(secret)

    def seal(self, frame):
        plain, nonce = frame + self.names, os.urandom(NONCE)
        box = ctypes.create_string_buffer(len(plain) + MAC)
        assert SODIUM.crypto_box_easy(box, plain, ctypes.c_ulonglong(len(plain)), nonce, *self.keys) == 0
        return field(3, nonce) + field(4, box.raw)

    def open(self, payload):
        """The fields of the frame inside."""
        nonce, box = (fields(payload)[number] for number in (3, 4))
        plain = ctypes.create_string_buffer(len(box) - MAC)
        assert SODIUM.crypto_box_open_easy(plain, box, ctypes.c_ulonglong(len(box)), nonce, *self.keys) == 0
        return fields(plain.raw)

    def acknowledgement(self, greeting):
        """Of one who knows nothing yet, and gives credit."""
        said = fields(greeting)
        return self.seal(field(3, field(1, said[1]) + field(3, NO_CHAIN) + field(4, 1 << 20) + field(5, 1)
                               + field(6, said[5])))
