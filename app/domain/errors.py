"""Expected failures. Each says what happened, what is safe and what to do next.

An error class belongs to the layer that raises it but lives here, so that any
face can show it. A bare ``Exception`` elsewhere is a bug, not an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class StewardError(Exception):
    """An expected failure.

    Attributes:
        kind: stable machine name, used in events and typed tool results.
        message: one sentence for a person: what happened.
        hint: what the person (or the model) can do next; may be empty.
        details: JSON-serialisable facts a caller can act on.
    """

    kind: ClassVar[str] = "error"

    def __init__(
        self, message: str, *, hint: str = "", details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: Mapping[str, object] = dict(details or {})

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the settings it is about; each face says in its own words where they are set.

        They stand in ``details["settings"]``.
        """
        named = self.details.get("settings")
        return tuple(str(name) for name in named) if isinstance(named, list | tuple) else ()

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


# -- settings and set-up ---------------------------------------------------------------


class ConfigurationError(StewardError):
    """A setting is missing or wrong (exit code 3 in the terminal)."""

    kind = "configuration"


class KeyringError(StewardError):
    """The system's keyring is not there, does not answer or failed; keys hold for this run."""

    kind = "keyring"


class SignInError(StewardError):
    """A sign-in in the browser came to no key; nothing was kept, what was set up stays so."""

    kind = "sign_in"


class SignInRefusedError(SignInError):
    """The person said no in the browser, or the service does not give them a key (exit code 3)."""

    kind = "sign_in_refused"


class SignInTimeoutError(SignInError):
    """The browser did not come back in time."""

    kind = "sign_in_timeout"


class UsageError(StewardError):
    """A command was used wrongly (exit code 2)."""

    kind = "usage"


class NotFoundError(StewardError):
    """A named thing (conversation, skill, version, file) does not exist."""

    kind = "not_found"


class ClosingError(StewardError):
    """Steward is closing and begins nothing more."""

    kind = "closing"


# -- storage ---------------------------------------------------------------------------


class StorageError(StewardError):
    """The database could not do what was asked."""

    kind = "storage"


class DatabaseCorruptError(StorageError):
    """The database file is damaged; ``details["backup"]`` names the newest backup, if any."""

    kind = "database_corrupt"


class NewerSchemaError(StorageError):
    """The database was written by a newer Steward; nothing was touched."""

    kind = "newer_schema"


class InvalidFieldError(StorageError):
    """Outside input tried to set a field that is not on the allow-list, or a bad value."""

    kind = "invalid_field"


# -- files -----------------------------------------------------------------------------


class FileError(StewardError):
    """A file operation was refused or failed; the person's bytes are untouched."""

    kind = "file_error"


class PathOutsideError(FileError):
    """The path leaves every granted folder (links resolved)."""

    kind = "path_outside"


class NoFolderError(FileError):
    """No folder has been granted yet."""

    kind = "no_folder"


class FileMissingError(FileError):
    """There is no file at this path."""

    kind = "file_missing"


class FileExistsAlreadyError(FileError):
    """Something already stands where a new file should go."""

    kind = "file_exists"


class NotAFileError(FileError):
    """A folder, device, FIFO or socket where a regular file was expected."""

    kind = "not_a_file"


class FileTooLargeError(FileError):
    """The file is over the size this operation works on."""

    kind = "file_too_large"


class NotTextError(FileError):
    """The bytes are not text that can be shown or edited as text."""

    kind = "not_text"


class NotEncodableError(FileError):
    """New text has a character that the file's encoding cannot write; nothing was written.

    ``details``: ``encoding``, ``characters``.
    """

    kind = "not_encodable"


class FileChangedError(FileError):
    """The file is not what was approved or read; nothing was overwritten."""

    kind = "file_changed"


class ConflictError(FileError):
    """Someone else changed the file during the operation; both versions are kept."""

    kind = "conflict"


class UncleanMergeError(FileError):
    """Two changes cannot be merged by lines alone; nothing was written."""

    kind = "unclean_merge"


class DiskFullError(FileError):
    """No space left; the file is as it was."""

    kind = "disk_full"


class MatchCountError(FileError):
    """An exact replacement matched a number of places other than expected.

    ``details``: ``count`` (places found), ``expected``.
    """

    kind = "match_count"


class BlobDamagedError(FileError):
    """A stored version's bytes no longer have the hash they were stored under."""

    kind = "blob_damaged"


class PrunedError(FileError):
    """The bytes of this version were let go of after an export.

    ``details``: ``hash``, ``archive``.
    """

    kind = "pruned"


# -- skills and tool calls ---------------------------------------------------------------


class SkillError(StewardError):
    """A skill cannot do what was asked, with a reason the model can act on."""

    kind = "skill_error"


class UnknownSkillError(SkillError):
    """No skill has this name."""

    kind = "unknown_skill"


class DuplicateSkillError(SkillError):
    """Two skills claim one name; the registry keeps its last good snapshot."""

    kind = "duplicate_skill"


class InvalidSkillError(SkillError):
    """A skill module or SKILL.md does not keep the contract."""

    kind = "invalid_skill"


class InvalidArgumentsError(SkillError):
    """Arguments are not JSON, or do not match the skill's schema. Nothing ran."""

    kind = "invalid_arguments"


class PlaceholderWriteError(SkillError):
    """A write would put a secret's placeholder into a file. Nothing was written."""

    kind = "placeholder_write"


class MayNotWriteError(SkillError):
    """A skill wanted to change a file where it may only look, or when its call was over."""

    kind = "may_not_write"


class SecretLeavesError(SkillError):
    """The arguments of an external call hold a secret. Nothing was sent."""

    kind = "secret_leaves"


# -- models ------------------------------------------------------------------------------


class ModelError(StewardError):
    """The model's server failed. ``retryable`` says whether trying again may help.

    ``details``, where the server says it: ``status``, ``error_types``, ``retry_after`` (seconds),
    ``provider_name`` (who failed behind a router), ``fallback_models`` (ids it offers instead).
    """

    kind = "model_error"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        details: Mapping[str, object] | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint, details=details)
        self.retryable = retryable
        self.retry_after = retry_after


class ModelCredentialsError(ModelError):
    """The provider refused the key (exit code 3)."""

    kind = "model_credentials"


class ModelPaymentError(ModelError):
    """The account has no credit left."""

    kind = "model_payment"


class ModelBudgetBusyError(ModelError):
    """The account's budget is taken up by requests under way; it frees itself."""

    kind = "model_budget_busy"


class ModelRateLimitedError(ModelError):
    """More requests than the provider allows in this time."""

    kind = "model_rate_limited"


class ModelUnavailableError(ModelError):
    """The provider is overloaded, not ready, or has nobody who can answer."""

    kind = "model_unavailable"


class ModelUnreachableError(ModelError):
    """No connection to the model's server."""

    kind = "model_unreachable"


class ModelTimeoutError(ModelError):
    """The server accepted the request and then fell silent, or only said that it is alive."""

    kind = "model_timeout"


class ModelRefusedError(ModelError):
    """The request was refused: not allowed, or not valid for this model."""

    kind = "model_refused"


class ModelModeratedError(ModelRefusedError):
    """A content policy, guardrail or filter held the request or the answer back.

    ``details["reasons"]`` lists what was flagged, where the provider says it.
    """

    kind = "model_moderated"


class ModelMissingError(ModelRefusedError):
    """The server knows no model, or no address, of this name."""

    kind = "model_missing"


class ContextTooLongError(ModelError):
    """The conversation no longer fits the model's window.

    ``details["context_length"]`` is the window in tokens, where the server says it.
    """

    kind = "context_too_long"


class ModelStreamError(ModelError):
    """The stream broke off or carried an error after it began; partial text is kept.

    ``details["error"]`` is the kind of the error the server reported, if it did.
    """

    kind = "model_stream"


class ModelPausedError(ModelError):
    """The service failed too often and is left alone for now; nothing was sent.

    ``retry_after`` says how long, ``None`` until it is reset by hand. ``details``: ``circuit``,
    ``reason``, ``retry_at`` (RFC 3339, or empty).
    """

    kind = "model_paused"
