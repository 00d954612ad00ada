"""The environment of the pages of the questionnaire: escaping, texts, parts of the other engine."""

import pytest
from django.template import engines
from django.template.loader import get_template
from django.utils.translation import override

VALUE = '<b>"Ông" & bà</b>'
ESCAPED = "&lt;b&gt;&#34;Ông&#34; &amp; bà&lt;/b&gt;"


def rendered(source: str, **context: object) -> str:
    return str(engines["jinja2"].from_string(source).render(context))


@pytest.mark.parametrize("source", ["{{ value }}", '{{ _("Saved %(time)s")|format(time=value) }}'])
def test_values_are_escaped_alone_and_in_texts(source):
    with override("en"):
        found = rendered(source, value=VALUE)
    assert ESCAPED in found
    assert "<b>" not in found


def test_texts_of_ours_may_hold_html_and_their_values_may_not():
    text = """{{ _('please <a href="%(enter_url)s">type that code</a>')|format(enter_url=value) }}"""
    with override("en"):
        assert rendered(text, value='"><script>').count("<") == 2


@pytest.mark.parametrize(("language", "expected"), [("vi", "Dữ liệu mô phỏng"), ("en", "Simulated data")])
def test_a_part_that_is_kept_is_kept_for_each_language(language, expected):
    for _again in range(2):
        with override(language):
            assert expected in rendered('{{ unchanging("components/banner_simulated.html") }}')


def test_only_the_pages_of_the_questionnaire_are_jinjas():
    assert get_template("answering/rate.html").backend.name == "jinja2"
    assert get_template("base.html").backend.name == "django"
