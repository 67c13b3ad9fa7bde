import numpy as np
from numpy.typing import NDArray

from tests.training.alphabet import ALPHABET, encode
from tests.training.lines import HEIGHT, Sample
from tests.training.unreadable import outcomes_table, written_by_hand


def test_what_is_written_by_hand_is_ink_on_a_lines_height_the_same_again() -> None:
    first, again = (written_by_hand(2) for _ in range(2))
    for name, lines in first.items():
        assert [line.text for line in lines] == [line.text for line in again[name]]
        assert all(line.image.shape[0] == HEIGHT and line.image.min() < 100 for line in lines)
    assert not any(line.text for line in first["signatures"])
    assert all(line.text for line in (*first["numbers by pen"], *first["cursive hand"]))


def test_lines_are_counted_before_and_after_the_filters() -> None:
    readings = [("hai", "hai", 0.99), ("hai", "ba", 0.99), ("", "-", 0.6), ("", "x", 0.4), ("", "", 0.9)]

    def reader(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        answers = np.full((len(images), images.shape[2] // 4, 1 + len(ALPHABET)), -12.0, dtype=np.float32)
        answers[..., 0] = -0.1
        for answer, image in zip(answers, images, strict=True):
            _, text, chance = readings[image[0, 0]]
            answer[3 : 3 + 2 * len(text) : 2, 0] = -12.0
            answer[3 + 2 * np.arange(len(text)), encode(text)] = np.log(chance)
        return answers

    samples = [Sample(np.full((HEIGHT, 64), i, dtype=np.uint8), truth) for i, (truth, *_) in enumerate(readings)]
    table = outcomes_table({"lines": samples}, reader)
    assert dict(zip(table.columns, table.rows[0], strict=True)) == {
        "lines": "lines",
        "number": "5",
        "with text": "4",
        "sure enough": "3",
        "no noise": "2",
        "right": "1",
        "right and dropped": "0",
        "words": "2",
        "wrong": "1",
        "wrong and sure": "1",
    }
