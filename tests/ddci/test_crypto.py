import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddci.core.crypto import (
    ALPHABET,
    SealBrokenError,
    code_for,
    code_in_groups,
    code_normalised,
    derive,
    handle_new,
    handle_of_code,
    sealed,
    secret_kept_in_file,
    unsealed,
)

handles = st.text(ALPHABET, min_size=6, max_size=6)


@given(handles)
def test_code_leads_back_to_its_handle_however_it_is_typed(handle):
    code = code_for("key", handle)
    assert len(code) == 16
    assert handle_of_code("key", code) == handle
    assert handle_of_code("key", f" {code_in_groups(code).lower()} ") == handle
    assert handle_of_code("key", code.replace("0", "O").replace("1", "l")) == handle


@given(handles, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_code_with_one_letter_changed_opens_nothing(handle, place, letter):
    code = code_for("key", handle)
    changed = code[:place] + letter + code[place + 1 :]
    assert handle_of_code("key", changed) == (handle if changed == code else "")


def test_code_of_another_key_opens_nothing():
    assert handle_of_code("another key", code_for("key", "ABCDEF")) == ""


@pytest.mark.parametrize("typed", ["", "-", "ABC", "ß" * 16, "Đ" * 16, "0" * 400])
def test_rubbish_opens_nothing(typed):
    assert handle_of_code("key", typed) == ""


def test_code_normalised_drops_blanks_and_dashes():
    assert code_normalised(" ab-c oil ") == "ABC011"


def test_handles_are_of_the_alphabet_and_differ():
    made = {handle_new() for _ in range(200)}
    assert len(made) == 200
    assert {letter for handle in made for letter in handle} <= set(ALPHABET)


def test_derived_keys_differ_by_purpose_and_parts():
    made = [derive("k", "a", "bc"), derive("k", "ab", "c"), derive("k", "a", "b", "c"), derive("l", "a", "bc")]
    assert len(set(made)) == 4
    assert {len(key) for key in made} == {32}


@given(st.binary(max_size=500))
def test_sealed_text_opens_with_its_key_only(text):
    box = sealed(b"k" * 32, text)
    assert unsealed(b"k" * 32, box) == text
    with pytest.raises(SealBrokenError):
        unsealed(b"x" * 32, box)


def test_changed_box_does_not_open():
    box = bytearray(sealed(b"k" * 32, b"answer"))
    box[-1] ^= 1
    with pytest.raises(SealBrokenError):
        unsealed(b"k" * 32, bytes(box))


def test_secret_is_made_once_and_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "var" / "secret.key"
    first = secret_kept_in_file(path)
    assert len(first) >= 64
    assert secret_kept_in_file(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
