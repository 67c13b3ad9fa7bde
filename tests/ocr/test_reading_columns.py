"""Columns told by how their lines stand."""

from ocr.columns import Columns, Line, Piece, find_columns

LETTER = 16.0
PITCH = 40.0


def page(left: list[float], right: list[float]) -> list[Line]:
    """Return lines of two columns at 100 and 800, as long as asked for, level with each other, leaning a little."""
    found = []
    for i, (one, other) in enumerate(zip(left, right, strict=True)):
        foot, lean = PITCH * i, 0.5 * i
        first = Piece(2 * i, 100 + lean, 100 + lean + one, foot)
        found.append([first, Piece(2 * i + 1, 800 + lean, 800 + lean + other, foot)])
    return found


def test_justified_text_in_two_columns_is_read_one_after_the_other() -> None:
    """Full lines stand centred under each other too; short ones end paragraphs."""
    full, short = 640.0, 200.0
    left = [full, short, full, full, short, full, short, full, short] * 2
    lines = page(left, [full, full, short, full, full, full] * 3)
    (columns,) = find_columns(lines, LETTER)
    assert columns == Columns(0, len(lines), columns.gutter)
    assert 100 + full < columns.gutter < 820


def test_what_stands_below_running_text_is_none_of_its_columns() -> None:
    full, short = 640.0, 200.0
    text = page([full, full, short] * 5, [full, short, full] * 5)
    foot = 15.0 * PITCH + 40.0
    below = [[Piece(40 + i, 100, 300, foot + PITCH * i), Piece(50 + i, 1000, 1300, foot + PITCH * i)] for i in range(4)]
    (columns,) = find_columns([*text, *below], LETTER)
    assert (columns.first, columns.last) == (0, len(text))


def test_numbers_beside_long_texts_are_no_column_of_text() -> None:
    lines = [
        [Piece(9, 100, 130, PITCH * i), Piece(10, 170, 170 + wide, PITCH * i), Piece(11, 800, 1440, PITCH * i)]
        for i, wide in enumerate([560.0, 570.0, 300.0] * 4)
    ]
    assert find_columns(lines, LETTER, running=True) == ()


def test_cells_that_do_not_fill_their_columns_are_read_across() -> None:
    lines = page([640.0, 200.0, 320.0, 250.0, 410.0, 300.0] * 3, [150.0, 140.0, 155.0, 150.0, 145.0, 150.0] * 3)
    assert find_columns(lines, LETTER) == ()


def test_three_lines_beside_the_rows_of_a_form_are_no_stack_if_two_are_centred() -> None:
    """What is typed stands off the labels beside it, so the rows look as if they had paces of their own."""
    left = [Piece(i, 100, right, 60.0 * i) for i, right in enumerate((530, 330, 690, 690, 280))]
    right = [Piece(5, 830, 1155, -1.0), Piece(6, 990, 1245, 132.0), Piece(7, 725, 1305, 168.0)]
    lines = [[left[0], right[0]], [left[1]], [left[2], right[1]], [left[3], right[2]], [left[4]]]
    assert find_columns(lines, LETTER) == ()
