"""Read a text file as blocks of bytes, decompressed on the way."""

import codecs
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

if sys.version_info >= (3, 14):
    from compression import zstd
else:  # the same module, for Pythons before it was in the standard library
    from backports import zstd

from ghirbal.errors import InputError
from ghirbal.inputs import InputFile
from ghirbal.readers.reading import HEAD_BYTES

UNPACKED_AT_ONCE = 1 << 18
ZSTD_BLOCK = 1 << 17
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class DamageError(Exception):
    """A file cannot be read beyond this point; the message says why, `head` is what stands there if known."""

    def __init__(self, error: str, head: bytes = b"") -> None:
        super().__init__(error)
        self.head = head


def blocks(file: InputFile, *, size: int, encoding: str = "utf-8") -> Iterator[bytes]:
    """Blocks of about `size` bytes or less; DamageError where the file breaks off.

    Bytes are handed on as they are, a byte order mark included, save in an
    encoding in which a line feed is not one byte 0x0A (UTF-16, UTF-32, UTF-7):
    such a file is turned into UTF-8 here, because a line could not be cut out of it.
    """
    try:
        stream = file.path.open("rb", buffering=0)
    except OSError as error:
        raise InputError(f"cannot read {file.path}: {error.strerror}") from error
    with stream:
        raw = _DECOMPRESS[file.compression](stream, size)
        if not ascii_compatible(encoding):
            raw = _as_utf8(raw, encoding)
        for number, block in enumerate(raw):
            if not number and is_utf8(encoding) and block.startswith(UTF16_MARKS):
                sentence = "the file begins with the byte order mark of UTF-16: name it by --encoding utf-16"
                raise DamageError(sentence, block[:HEAD_BYTES])
            yield block


def is_utf8(encoding: str) -> bool:
    """Whether the name stands for UTF-8.

    >>> is_utf8("UTF8"), is_utf8("cp1256")
    (True, False)
    """
    return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}


def ascii_compatible(encoding: str) -> bool:
    """Whether ASCII bytes mean themselves, so that a file can be split at 0x0A.

    >>> [ascii_compatible(name) for name in ("utf-8", "cp1256", "gb18030", "utf-16", "utf-7")]
    [True, True, True, False, False]
    """
    ascii_bytes = bytes(range(128))
    try:
        return ascii_bytes.decode(encoding) == ascii_bytes.decode("ascii")
    except UnicodeError:
        return False


def _read(stream: BinaryIO, size: int) -> Iterator[bytes]:
    try:
        while block := stream.read(size):
            yield block
    except OSError as error:
        raise DamageError(f"reading stopped: {error.strerror}") from error


def _gunzip(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Unpack gzip members one after another, up to the very byte where a damage begins.

    Not gzip.GzipFile: its buffers swallow the good bytes before a damage.
    """
    member = zlib.decompressobj(wbits=31)
    begun = False
    for packed in _read(stream, min(size, UNPACKED_AT_ONCE)):
        rest = packed
        while rest:
            if member.eof:
                rest = rest.lstrip(b"\0")  # some tools pad with zeros
                if not rest:
                    break
                member, begun = zlib.decompressobj(wbits=31), False
            before = member.copy()
            try:
                out = member.decompress(rest, UNPACKED_AT_ONCE)
            except zlib.error as error:
                yield _bytes_before_damage(before, rest)
                raise DamageError(f"the gzip stream is damaged: {error}") from error
            begun = True
            if out:
                yield out
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise DamageError("the gzip stream ends in the middle" if begun else "the gzip file is empty")


def _bytes_before_damage(member: "zlib._Decompress", packed: bytes) -> bytes:
    """Unpack byte by byte what zlib drops when it meets a damage in the same call."""
    out = bytearray()
    with suppress(zlib.error):
        for start in range(0, len(packed), 64):  # each call copies what it leaves over
            rest = packed[start : start + 64]
            while byte := member.decompress(rest, 1):
                out += byte
                rest = member.unconsumed_tail
    return bytes(out)


def _unzstd(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Unpack zstd frames one after another; a damage costs no more than its block of 128 KiB."""
    frame = zstd.ZstdDecompressor()
    begun = False
    for packed in _read(stream, min(size, UNPACKED_AT_ONCE)):
        rest = packed
        while rest or not (frame.eof or frame.needs_input):
            if frame.eof:
                frame, begun = zstd.ZstdDecompressor(), False
            try:
                out = frame.decompress(rest, max_length=ZSTD_BLOCK)
            except zstd.ZstdError as error:
                raise DamageError(f"the zstd stream is damaged: {error}") from error
            begun = True
            if out:
                yield out
            rest = frame.unused_data if frame.eof else b""
    if not frame.eof:
        raise DamageError("the zstd stream ends in the middle" if begun else "the zstd file is empty")


def _as_utf8(raw: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in raw:
            if text := decoder.decode(block):
                yield text.encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise DamageError(f"the text is not {encoding}: {error}") from error


_DECOMPRESS = {None: _read, "gzip": _gunzip, "zstd": _unzstd}
