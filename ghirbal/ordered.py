"""Work on two threads whose answers come in the order of the questions."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


def in_order(
    work: Callable[[Question], Answer], questions: Iterable[Question], *, threads: int = 2
) -> Iterator[Answer]:
    """Yield work(question) for each question, in order, while the next ones are already under way.

    At most `threads` + 1 questions are held at a time, so memory is bounded
    however long the input is. The questions are made on the caller's thread.

    >>> list(in_order(abs, [-3, 2, -1]))
    [3, 2, 1]
    """
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Answer]] = deque()
        try:
            for question in questions:
                waiting.append(pool.submit(work, question))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
