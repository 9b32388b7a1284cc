"""From contents to payloads and back: Zstandard, whole or as a delta against another content."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Final, cast

from app.domain.diff import common_end, common_start
from app.files.blob_record import Header, Kind, Record, damaged

if TYPE_CHECKING:
    import zstandard

CHUNK: Final = 1024 * 1024
"""Bytes that are read or written at once."""
IN_MEMORY: Final = 16 * 1024 * 1024
"""Longer contents are never held whole in memory, and never stored as a delta."""
_ENDS: Final = struct.Struct("<QQ")
_SHORTEST_DICTIONARY: Final = 64
"""Bytes; Zstandard makes nothing of a dictionary that is much shorter."""
_LEVEL: Final = 3
_DELTA_LEVEL: Final = 1
"""Most of a delta is one long match or two, which every level finds."""


def hash_of(content: bytes) -> str:
    """The name of ``content`` in the vault."""
    return hashlib.sha256(content).hexdigest()


def whole(key: bytes, content: bytes) -> Record:
    """``content`` on its own."""
    import zstandard

    payload = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=False).compress(content)
    header = Header(Kind.WHOLE, key, len(content), len(payload), zlib.crc32(payload))
    return Record(header, payload)


def delta(key: bytes, content: bytes, base_key: bytes, base: bytes, generation: int) -> Record:
    """``content`` as what has to be done to ``base``."""
    start = common_start(base, content)
    end = common_end(base, content, min(len(base), len(content)) - start)
    middle = content[start : len(content) - end]
    inner = _dictionary_of(base[start : len(base) - end])
    payload = _ENDS.pack(start, end) + _against(inner, middle)
    return Record(
        Header(
            Kind.MIDDLE,
            key,
            len(content),
            len(payload),
            zlib.crc32(payload),
            generation=generation,
            base=base_key,
        ),
        payload,
    )


def _dictionary_of(middle: bytes) -> bytes | None:
    return middle if len(middle) >= _SHORTEST_DICTIONARY else None


def _against(base: bytes | None, content: bytes) -> bytes:
    """A frame of ``content`` with ``base`` as its dictionary."""
    import zstandard

    if base is None:
        return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=False).compress(content)
    # Tables large enough for places from all over the base: with the usual ones only its end
    # would be found again. Larger ones take longer to clear than all the rest takes.
    width = (len(base) + len(content)).bit_length()
    table = min(max(14, width - 4), 22)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _DELTA_LEVEL,
        source_size=len(base) + len(content),
        dict_size=len(base),
        window_log=max(17, width),
        hash_log=table,
        chain_log=table,
        write_checksum=False,
    )
    compressor = zstandard.ZstdCompressor(
        dict_data=_dictionary(base), compression_params=parameters
    )
    return compressor.compress(content)


def decoded(record: Record, base: bytes | None) -> bytes:
    """The content, not yet checked against its hash. Raises ``BlobDamagedError``."""
    header, payload = record.header, record.payload
    match header.kind:
        case Kind.RAW:
            return payload
        case Kind.MIDDLE if base is not None and len(payload) >= _ENDS.size:
            start, end = _ENDS.unpack_from(payload)
            if start + end > min(len(base), header.size):
                raise damaged(header.key, "its bytes have changed")
            size = header.size - start - end
            inner = _dictionary_of(base[start : len(base) - end])
            middle = _unpacked(header.key, payload[_ENDS.size :], size, inner)
            return b"".join((base[:start], middle, base[len(base) - end :] if end else b""))
        case _:
            return _unpacked(header.key, payload, header.size, base)


def _unpacked(key: bytes, frame: bytes, size: int, base: bytes | None) -> bytes:
    import zstandard

    try:
        if zstandard.frame_content_size(frame) != size:
            raise damaged(key, "its bytes have changed")
        decompressor = (
            zstandard.ZstdDecompressor()
            if base is None
            else zstandard.ZstdDecompressor(dict_data=_dictionary(base))
        )
        return decompressor.decompress(frame)
    except zstandard.ZstdError as error:
        raise damaged(key, "its bytes have changed") from error


class Packer:
    """Compresses a stream, in bounded memory, and remembers what its header needs."""

    def __init__(self) -> None:
        import zstandard

        self._zstd = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
        self._hash = hashlib.sha256()
        self._size = self._stored = self._checksum = 0

    def payload(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The payload, piece by piece."""
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                piece, rest = rest[:CHUNK], rest[CHUNK:]
                self._hash.update(piece)
                self._size += len(piece)
                yield from self._out(self._zstd.compress(piece))
        yield from self._out(self._zstd.flush())

    @property
    def header(self) -> Header:
        """What has passed; right after the last piece."""
        return Header(Kind.WHOLE, self._hash.digest(), self._size, self._stored, self._checksum)

    def _out(self, data: bytes) -> Iterator[bytes]:
        if data:
            self._stored += len(data)
            self._checksum = zlib.crc32(data, self._checksum)
            yield data


def unpacked(key: bytes, payload: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a streamed payload, unchecked. Raises ``BlobDamagedError``."""
    import zstandard

    try:
        source = cast("IO[bytes]", _Source(payload))
        with zstandard.ZstdDecompressor().stream_reader(source) as reader:
            while piece := reader.read(CHUNK):
                yield piece
    except zstandard.ZstdError as error:
        raise damaged(key, "its bytes have changed") from error


class _Source:
    """What a stream reader reads from."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)

    def read(self, size: int) -> bytes:
        """The next piece, which the reader takes whatever its length; empty at the end."""
        return next(self._pieces, b"")


def _dictionary(base: bytes) -> zstandard.ZstdCompressionDict:
    import zstandard

    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
