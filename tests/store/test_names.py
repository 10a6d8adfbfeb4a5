"""How names are looked for: the quick way for ASCII letters finds what the way for all letters finds."""

from hypothesis import given
from hypothesis import strategies as st

from app.store.names import later_keys, name_key


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_a_name_of_ascii_letters_is_read_as_it_would_be_beside_others(name: str):
    assert name_key("É " + name) == f"e {name_key(name)}".strip()


def test_marks_and_case_do_not_matter():
    assert name_key("Ana-María O'Neil K.") == "ana maria oneil k"
    assert name_key("ANA-MARIA O'NEIL K.") == "ana maria oneil k"
    assert later_keys("ana maria oneil k") == ["maria oneil k", "oneil k"]
