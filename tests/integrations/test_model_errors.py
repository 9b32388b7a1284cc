"""Errors of a model's server: typed by what it says, in words that are safe to show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import (
    ContextTooLongError,
    ModelBudgetBusyError,
    ModelCredentialsError,
    ModelError,
    ModelMissingError,
    ModelModeratedError,
    ModelPaymentError,
    ModelRateLimitedError,
    ModelRefusedError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from app.integrations.model_errors import Peer, error_from_body
from app.redaction import Secret
from tests.integrations.asking import KEY

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROUTER = Peer("OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", Secret(KEY))
LOCAL = Peer("Local", "http://127.0.0.1:1/v1", "STEWARD_LLM_API_KEY")


def of(
    status: int | None,
    body: object = "",
    headers: dict[str, str] | None = None,
    peer: Peer = ROUTER,
) -> ModelError:
    return error_from_body(peer, body, now=NOW, status=status, headers=headers)


def said(message: str = "no", **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (302, ModelMissingError, False),
        (400, ModelRefusedError, False),
        (401, ModelCredentialsError, False),
        (402, ModelPaymentError, False),
        (403, ModelRefusedError, False),
        (404, ModelMissingError, False),
        (408, ModelTimeoutError, True),
        (413, ContextTooLongError, False),
        (422, ModelRefusedError, False),
        (429, ModelRateLimitedError, True),
        (500, ModelError, True),
        (501, ModelError, False),
        (502, ModelError, True),
        (503, ModelUnavailableError, True),
        (504, ModelTimeoutError, True),
        (529, ModelUnavailableError, True),
    ],
)
def test_a_status_decides_where_nothing_else_is_said(
    status: int, kind: type[ModelError], retryable: bool
) -> None:
    error = of(status, said())

    assert type(error) is kind
    assert error.retryable is retryable
    assert error.details["status"] == status
    assert error.hint


@pytest.mark.parametrize(
    ("body", "kind", "retryable"),
    [
        (said(metadata={"error_type": "rate_limit_exceeded"}), ModelRateLimitedError, True),
        (said(metadata={"error_type": "provider_overloaded"}), ModelUnavailableError, True),
        (said(metadata={"error_type": "provider_unavailable"}), ModelUnavailableError, True),
        (said(metadata={"error_type": "server"}), ModelError, True),
        (said(metadata={"error_type": "timeout"}), ModelTimeoutError, True),
        (said(metadata={"error_type": "context_length_exceeded"}), ContextTooLongError, False),
        (said(metadata={"error_type": "invalid_prompt"}), ModelRefusedError, False),
        (said(metadata={"error_type": "refusal"}), ModelModeratedError, False),
        (said(metadata={"error_type": "content_policy_violation"}), ModelModeratedError, False),
        (said(code="invalid_api_key"), ModelCredentialsError, False),
        (said(code="insufficient_quota"), ModelPaymentError, False),
        (said(code="server_error"), ModelError, True),
        (said(code=429), ModelRateLimitedError, True),
        (said(code="502"), ModelError, True),
        (said(error_type="context_length_exceeded", http_status=400), ContextTooLongError, False),
        (said(http_status=401), ModelCredentialsError, False),
    ],
)
def test_inside_a_stream_its_type_or_code_decides(
    body: dict[str, object], kind: type[ModelError], retryable: bool
) -> None:
    error = of(None, body)

    assert type(error) is kind
    assert error.retryable is retryable


@pytest.mark.parametrize(
    "words",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 6015 tokens.",
        "the request exceeds the available context size",
        "prompt is too long: 210000 tokens > 200000 maximum",
    ],
)
def test_a_context_that_is_too_long_is_known_by_its_words(words: str) -> None:
    assert type(of(400, said(words))) is ContextTooLongError


def test_the_type_comes_before_the_availability_and_both_before_the_status() -> None:
    both: dict[str, Any] = {
        "metadata": {"error_type": "timeout"},
        "availability": {"code": "provider_overloaded"},
    }

    assert type(of(502, said(**both))) is ModelTimeoutError
    assert type(of(502, said(availability=both["availability"]))) is ModelUnavailableError
    assert type(of(502, said())) is ModelError


def test_a_vague_type_does_not_hide_the_cause_beside_it() -> None:
    body = said(type="invalid_request_error", code="context_length_exceeded")

    assert type(of(400, body)) is ContextTooLongError
    assert type(of(500, said("maximum context length is 4,096", type="server_error"))) is (
        ContextTooLongError
    )


def test_what_can_be_done_next_stands_in_the_details() -> None:
    availability = {"code": "x", "retry_after": 9, "fallback_models": ["a/b", 7, ""]}
    metadata = {"provider_name": "Bedrock", "error_type": "provider_unavailable"}
    error = of(503, said(metadata=metadata, availability=availability))

    assert error.details["retry_after"] == 9
    assert error.details["provider_name"] == "Bedrock"
    assert error.details["fallback_models"] == ["a/b"]
    assert "a/b" in error.hint
    flagged = of(403, said(metadata={"reasons": ["violence"], "flagged_input": "x"}))
    assert flagged.details["reasons"] == ["violence"]


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        (said("This model's maximum context length is 4,096 tokens; you asked for 6015."), 4096),
        (said("too long", type="exceed_context_size_error", n_ctx=2048), 2048),
        (said("prompt is too long: 210000 tokens > 200000 maximum"), None),
    ],
)
def test_the_window_is_told_where_the_server_tells_it(
    body: dict[str, object], tokens: int | None
) -> None:
    assert of(400, body).details.get("context_length") == tokens


class TestPayment:
    def test_requests_in_flight_pass_and_may_be_tried_again(self) -> None:
        body = said(metadata={"limit_source": "openrouter_in_flight_budget"})
        error = of(402, body, {"retry-after": "3"})

        assert type(error) is ModelBudgetBusyError
        assert (error.retryable, error.retry_after) == (True, 3)
        assert error.details["retry_after"] == 3

    def test_a_limit_behind_a_429_is_a_rate_and_not_a_lack_of_credit(self) -> None:
        metadata = {"limit_source": "openrouter_key_limit", "error_type": "rate_limit_exceeded"}
        for body in (said(metadata=metadata), said(metadata={"limit_source": "daily_requests"})):
            error = of(429, body)

            assert type(error) is ModelRateLimitedError
            assert error.retryable

    def test_a_spent_budget_is_no_refused_key(self) -> None:
        error = of(
            403, said("Key limit exceeded", metadata={"limit_source": "openrouter_key_limit"})
        )

        assert type(error) is ModelPaymentError
        assert not error.retryable

    def test_a_quota_behind_a_429_is_not_tried_again(self) -> None:
        error = of(429, said(type="insufficient_quota"))

        assert type(error) is ModelPaymentError
        assert not error.retryable


class TestForbidden:
    def test_moderation_is_a_refusal(self) -> None:
        metadata = {"reasons": ["violence"], "flagged_input": "the token", "provider_name": "X"}
        assert type(of(403, said("flagged: token", metadata=metadata))) is ModelModeratedError

    @pytest.mark.parametrize("body", [said("Invalid API key"), said("Not authenticated"), ""])
    def test_what_is_about_the_key_or_says_nothing_is_a_refused_key(self, body: object) -> None:
        assert type(of(403, body)) is ModelCredentialsError

    def test_another_reason_is_a_refusal(self) -> None:
        words = "This model is not available in your region."
        assert type(of(403, said(words))) is ModelRefusedError


class TestCredentials:
    def test_they_name_the_setting(self) -> None:
        assert of(401, said()).settings == ("openrouter_api_key",)
        local = of(401, said(), peer=LOCAL)
        assert local.settings == ("llm_api_key",)
        assert "STEWARD" not in str(local)
        assert "asks for a key" in local.message


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("body", "headers", "seconds"),
        [
            (said(), {"retry-after": "7"}, 7),
            (said(), {"retry-after": "Sun, 01 Mar 2026 00:00:09 GMT"}, 9),
            ({"error": {"availability": {"retry_after": 4}}}, {}, 4),
            (said(metadata={"retry_after": 2.5}), {}, 2.5),
            (said(metadata={"headers": {"Retry-After": "11"}}), {}, 11),
            (said(metadata={"headers": {"X-RateLimit-Reset": "1772323205000"}}), {}, 5),
            (said(metadata={"retry_after": "soon"}), {}, None),
            (said(), {}, None),
        ],
    )
    def test_is_found_wherever_it_is_said(
        self, body: object, headers: dict[str, str], seconds: float | None
    ) -> None:
        assert of(429, body, headers).retry_after == seconds

    def test_the_servers_own_word_on_trying_again_counts(self) -> None:
        assert not of(503, {"error": {"availability": {"retryable": False}}}).retryable
        assert of(400, said(), {"x-should-retry": "true"}).retryable
        assert not of(503, said(), {"x-should-retry": "false"}).retryable


class TestWords:
    @pytest.mark.parametrize(
        "body",
        [
            {"error": {"message": "the cause"}},
            {"error": "the cause"},
            {"message": "the cause", "object": "error", "code": 500},
            {"detail": "the cause"},
            {"detail": [{"loc": ["body", "x"], "msg": "the cause"}]},
            {"error": {"message": "Provider returned error", "metadata": {"raw": "the cause"}}},
            {"error": {"message": "x", "metadata": {"raw": '{"error":{"message":"the cause"}}'}}},
            "the cause",
        ],
    )
    def test_the_cause_is_found_wherever_it_stands(self, body: object) -> None:
        assert "the cause" in of(500, body).message

    @pytest.mark.parametrize("body", ["<html><b>secret page</b></html>", [], None, 7, {"a": "b"}])
    def test_what_says_nothing_is_not_shown(self, body: object) -> None:
        assert of(502, body).message == "OpenRouter (502) failed: Bad Gateway."

    def test_a_key_is_never_repeated(self) -> None:
        echo = f"Incorrect key {KEY}; header was Bearer abc; not sk-or-v1-abcdef12"
        error = of(401, said(echo))
        shown = f"{error} {error.details} {error!r}"

        error = of(422, {"detail": [{"loc": ["body", KEY]}], "param": KEY, "type": KEY})
        shown += f"{error} {error.details}"
        assert KEY not in shown
        assert "abc" not in shown

    def test_a_key_at_the_end_of_a_long_text_is_not_cut_into_the_open(self) -> None:
        text = "x" * 290 + "plain-key-of-no-known-form"
        peer = Peer("P", "http://h/v1", "STEWARD_LLM_API_KEY", Secret("plain-key-of-no-known-form"))

        assert "plain" not in of(500, text, peer=peer).message

    def test_a_long_text_is_bounded_and_on_one_line(self) -> None:
        message = of(500, said("line\n\x1b[31mred\x00 " * 1000)).message

        assert len(message) < 350
        assert message.isprintable()

    def test_a_key_that_is_a_common_word_spoils_no_message(self) -> None:
        peer = Peer("P", "http://h/v1", "STEWARD_LLM_API_KEY", Secret("none"))

        assert "none available" in of(503, said("none available"), peer=peer).message


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["error", "message", "code", "metadata", "availability", "retry_after", "type",
             "headers", "raw", "detail", "limit_source", "retryable", "http_status"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(body=JSON, status=st.none() | st.integers(300, 599))
def test_any_body_becomes_a_bounded_error(body: object, status: int | None) -> None:
    error = of(status, body)

    assert isinstance(error, ModelError)
    assert len(error.message) < 450
    assert (error.retry_after or 0) >= 0
