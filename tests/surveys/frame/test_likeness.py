"""Which rows of a frame look like one business, found without comparing every row with every other."""

from surveys.enums import DuplicateKind
from surveys.population.likeness import WINDOW, Row, likeness, pairs_alike


def row(pk: int, name: str, address: str = "", *, code: str = "", locality: str = "a", phone: str = "") -> Row:
    return Row(pk, code, name, address, locality, phone)


def test_the_same_business_written_differently_is_offered() -> None:
    rows = [
        row(1, "Công ty TNHH Thương mại Sao Mai", "Số 12 đường Lý Bôn, phường Đề Thám", code="0100233488"),
        row(2, "CTY TNHH TM SAO MAI", "12 Lý Bôn, P. Đề Thám"),
        row(3, "Công ty cổ phần thương mại Sao Mai", "12 Lý Bôn"),
        row(4, "Công ty TNHH Lúa Vàng", "12 Lý Bôn"),
    ]

    found = {(pair.first, pair.second): pair.kind for pair in pairs_alike(rows)}

    assert found == dict.fromkeys([(1, 2), (1, 3), (2, 3)], DuplicateKind.NAME_ADDRESS)


def test_numbers_in_names_and_house_numbers_tell_businesses_apart() -> None:
    assert likeness(row(1, "Xây dựng số 1", "5 Lê Lợi"), row(2, "Xây dựng số 2", "5 Lê Lợi")) > 0
    assert pairs_alike([row(1, "Xây dựng số 1", "5 Lê Lợi"), row(2, "Xây dựng số 2", "5 Lê Lợi")]) == []
    assert pairs_alike([row(1, "Sao Mai", "5 Lê Lợi"), row(2, "Sao Mai", "75 Lê Lợi")]) == []


def test_a_name_alone_is_enough_only_in_the_same_place() -> None:
    assert len(pairs_alike([row(1, "Vận tải Biển Đông"), row(2, "Vận tải Biển Đông")])) == 1
    assert pairs_alike([row(1, "Vận tải Biển Đông"), row(2, "Vận tải Biển Đông", locality="b")]) == []


def test_one_tax_code_twice_comes_first_and_branches_point_at_their_company() -> None:
    rows = [
        row(1, "Công ty A", code="0314409058002"),
        row(2, "Công ty A", code="0314409058"),
        row(3, "Tên khác hẳn", code="0314409058"),
    ]

    found = [(pair.first, pair.second, pair.kind) for pair in pairs_alike(rows)]

    assert found[0] == (2, 3, DuplicateKind.TAX_CODE)
    assert (2, 1, DuplicateKind.BRANCH) in found


class Counting(Row):
    """A row that counts how often it is held against another one."""

    compared = 0

    @property
    def numbers(self) -> frozenset[str]:  # type: ignore[override]
        Counting.compared += 1
        return frozenset()


def test_each_row_meets_a_few_neighbours_and_not_every_other_row() -> None:
    rows = [Counting(n, "", "Công ty Hoa Sen", "5 Lê Lợi", "a", "+84912345678") for n in range(2000)]

    pairs_alike(rows)

    # Four orders, five neighbours, two rows each; every row with every other would be two million.
    assert 2000 < Counting.compared <= 2000 * 4 * WINDOW * 2
