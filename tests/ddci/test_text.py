from ddci.core.text import vietnamese_sort_key, without_marks


def test_names_sort_as_a_vietnamese_reader_expects():
    names = ["Vũ Thư", "Đông Hưng", "Ea", "Dương", "Đa", "An", "Ân", "Ăn", "Thái Thụy", "Tiền Hải"]
    expected = ["An", "Ăn", "Ân", "Dương", "Đa", "Đông Hưng", "Ea", "Thái Thụy", "Tiền Hải", "Vũ Thư"]
    assert sorted(names, key=vietnamese_sort_key) == expected


def test_tones_decide_between_equal_letters():
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=vietnamese_sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_decomposed_text_sorts_like_composed_text():
    assert vietnamese_sort_key("Đông Hu\u031bng")[:2] == vietnamese_sort_key("Đông Hưng")[:2]


def test_numbers_sort_before_letters_and_blanks_before_numbers():
    assert sorted(["Quận 1", "Quận Ba", "Quận"], key=vietnamese_sort_key) == ["Quận", "Quận 1", "Quận Ba"]


def test_search_text_has_no_marks():
    assert without_marks("Đông Hưng – Sở Nội vụ") == "dong hung – so noi vu"
