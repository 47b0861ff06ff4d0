"""The headers that every answer carries: a policy that allows nothing, unless the answer brings its own."""

from ledger.web.security import DATA, PAGE, POLICY, add_headers


def test_data_may_do_nothing() -> None:
    """An answer that says nothing of itself is data: no script, no frame, no guess at its type."""
    found = dict(add_headers([(b"content-type", b"application/json")], is_open=False))
    assert found[POLICY.encode()] == DATA.encode()
    assert found[b"x-content-type-options"] == b"nosniff"
    assert found[b"content-type"] == b"application/json"
    assert found[b"cross-origin-resource-policy"] == b"same-origin"


def test_policy_of_a_page_stays_its_own() -> None:
    """What an answer says of itself is not said twice."""
    found = add_headers([(POLICY.encode(), PAGE.encode())], is_open=True)
    assert [value for name, value in found if name == POLICY.encode()] == [PAGE.encode()]
    assert dict(found)[b"cross-origin-resource-policy"] == b"cross-origin"


def test_no_policy_lets_a_script_be_written_into_a_page() -> None:
    """Neither policy allows inline or evaluated script, another origin, or a frame around it (issue 7)."""
    for policy in (DATA, PAGE):
        parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert parts["default-src"] == parts["frame-ancestors"] == parts["base-uri"] == "'none'"
        assert "unsafe" not in parts.get("script-src", "")
        assert "http" not in policy
        assert "*" not in policy
