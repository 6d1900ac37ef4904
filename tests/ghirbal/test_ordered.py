"""Answers come in order, held questions are few, an error comes through."""

import threading
import time

import pytest

from ghirbal.ordered import in_order


def test_order_is_kept_when_the_first_is_the_slowest():
    def work(number):
        time.sleep(0.05 if number == 0 else 0)
        return number

    assert list(in_order(work, range(9))) == list(range(9))


def test_two_questions_are_worked_on_at_once():
    meeting = threading.Barrier(2, timeout=10)
    assert list(in_order(lambda _: meeting.wait() >= 0, range(2))) == [True, True]


def test_no_more_is_asked_than_is_held():
    asked = 0

    def questions():
        nonlocal asked
        while asked < 50:
            asked += 1
            yield asked

    answers = in_order(lambda number: number, questions(), threads=2)
    next(answers)
    assert asked == 3
    answers.close()


def test_an_error_of_the_work_reaches_the_caller():
    def work(number):
        if number == 3:
            raise ValueError("three")
        return number

    with pytest.raises(ValueError, match="three"):
        list(in_order(work, range(9)))
