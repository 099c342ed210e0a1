"""What is kept of answers: the last asked for, up to a size."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from salesnb.crm.answers import Answers


def test_the_same_question_is_asked_once() -> None:
    answers, asked = Answers(), []
    for _ in range(3):
        assert answers.get("q", lambda: asked.append(1) or "a") == "a"
    assert len(asked) == 1


def test_what_was_not_asked_for_longest_goes_first() -> None:
    answers = Answers(most=2)
    for key in ("a", "b", "a", "c"):
        answers.get(key, lambda: "old")
    assert [answers.get(key, lambda: "new") for key in ("a", "c")] == ["old", "old"]
    assert answers.get("b", lambda: "new") == "new"
    assert len(answers) == 2


def test_sizes_are_added_up_and_what_is_too_large_is_not_kept() -> None:
    answers = Answers(most=10)
    answers.get("small", lambda: "x" * 4, len)
    assert answers.get("huge", lambda: "x" * 11, len) == "x" * 11
    assert answers.get("huge", lambda: "again", len) == "again"
    answers.get("large", lambda: "x" * 6, len)
    assert len(answers) == 1
    assert answers.get("small", lambda: "anew", len) == "anew"


def test_threads_that_ask_together_get_one_answer_each_and_none_is_counted_twice() -> None:
    answers, start = Answers(most=3), Barrier(8)

    def ask(number: int) -> int:
        start.wait()
        return answers.get(number % 4, lambda: number % 4)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [number % 4 for number in range(8)]
    assert len(answers) == 3
