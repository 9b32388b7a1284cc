"""Every line that keeps a secret or an order from outside where it belongs, taken out."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

OUTGOING: Final = "tests/orchestrator/test_outgoing.py"
UNTRUSTED: Final = "tests/orchestrator/test_untrusted.py"
INJECTIONS: Final = "tests/orchestrator/test_injections.py"
KEYRING: Final = "tests/test_keyring.py"
LOGS: Final = "tests/test_logs.py"
FORMS: Final = "tests/test_secret_forms.py"
REDACTION: Final = "tests/test_redaction.py"
INJECTIONS_PLACEHOLDER: Final = (
    f"{OUTGOING}::test_a_placeholder_of_an_earlier_run_does_not_get_into_a_file"
)

CRASH: Final = (
    "tests/cli/test_canaries.py::test_a_key_in_a_crash_of_the_program_itself_is_not_in_its_report"
)
REPLAY: Final = "tests/orchestrator/test_replay.py"

SECRET_MUTANTS: Final = (
    Mutant(
        "secret: a crash with a broken settings file tells it",
        "app/bugs.py",
        "        secrets = store.environment_secrets()\n",
        "        secrets = {}\n",
        (CRASH,),
    ),
    Mutant(
        "log: the terminal obeys what a line holds",
        "app/logs.py",
        '        return shown(self._redactor.text(f"steward: {record.getMessage()}"))\n',
        '        return self._redactor.text(f"steward: {record.getMessage()}")\n',
        (LOGS,),
    ),
    Mutant(
        "replay: a decision may be any other",
        "app/orchestrator/recorded_dispatch.py",
        "        if was.decision is not None:\n",
        "        if False:\n",
        (REPLAY,),
    ),
    Mutant(
        "replay: what Steward says of a call may be anything",
        "app/orchestrator/recorded_dispatch.py",
        "            self._stage.differs(where, _said(was), _said(result))\n",
        "            pass\n",
        (REPLAY,),
    ),
    Mutant(
        "replay: an approval may be left out",
        "app/orchestrator/recorded_dispatch.py",
        "                if decision in asked_about:\n",
        "                if False:\n",
        (REPLAY,),
    ),
    Mutant(
        "replay: data may be marked in any way",
        "app/orchestrator/replay.py",
        "        if marked:",
        "        if False:",
        (REPLAY,),
    ),
    Mutant(
        "replay: a file is taken as it is",
        "app/orchestrator/recorded_turn.py",
        "    _check(data)\n",
        "",
        (REPLAY,),
    ),
    Mutant(
        "secret: a request leaves as it is",
        "app/orchestrator/outgoing.py",
        "        hidden = without_secrets(request, self._redactor)\n",
        "        hidden = request\n",
        (OUTGOING,),
    ),
    Mutant(
        "secret: a changed signature is sent",
        "app/orchestrator/outgoing.py",
        "        dataclasses.replace(after, metadata=_unsigned(after.metadata))\n",
        "        after\n",
        (OUTGOING,),
    ),
    Mutant(
        "secret: what is read from the database is not redacted again",
        "app/storage/rows.py",
        "    return redactor.record(message)\n",
        "    return message\n",
        (OUTGOING,),
    ),
    Mutant(
        "secret: executions are read as they are stored",
        "app/storage/executions.py",
        "self._redactor.record(record_from(row))",
        "record_from(row)",
        (OUTGOING,),
    ),
    Mutant(
        "secret: a snippet is shown although its text holds a secret",
        "app/storage/search.py",
        "    if safe is text:\n",
        "    if True:\n",
        (OUTGOING,),
    ),
    Mutant(
        "secret: an external call is not searched for one",
        "app/orchestrator/call_runner.py",
        "(leak := leak_in(call, self._redactor))",
        "(leak := leak_in(call, Redactor()))",
        (f"{INJECTIONS}::test_a_key_does_not_leave_even_where_everything_is_allowed",),
    ),
    Mutant(
        "secret: arguments are not put together",
        "app/redaction.py",
        '        whole = ("".join(one) for one in together)\n',
        "        whole = iter(())\n",
        (OUTGOING,),
    ),
    Mutant(
        "secret: two arguments are not joined",
        "app/redaction.py",
        " or self._joined([fold(piece) for piece in pieces])\n",
        "\n",
        (OUTGOING,),
    ),
    Mutant(
        "secret: its encodings are not known",
        "app/redaction.py",
        "dict.fromkeys(forms_of(value), ",
        "dict.fromkeys([value], ",
        (FORMS,),
    ),
    Mutant(
        "secret: a stream gives out the beginning of one",
        "app/secret_search.py",
        "        cut = len(folded) - self.held_back(folded)\n",
        "        cut = len(folded)\n",
        (FORMS,),
    ),
    Mutant(
        "secret: a stream tears one that has come whole",
        "app/secret_search.py",
        "            if start < cut < end:\n",
        "            if False:\n",
        (REDACTION,),
    ),
    Mutant(
        "secret: what cannot be seen hides it",
        "app/secret_search.py",
        '        text = _NO_LETTERS.sub("", text)\n',
        "        text = str(text)\n",
        (FORMS,),
    ),
    Mutant(
        "secret: a broken line hides it",
        "app/secret_search.py",
        '    if "\\n" in text:\n',
        "    if False:\n",
        (FORMS,),
    ),
    Mutant(
        "secret: capitals hide it",
        "app/secret_search.py",
        "    small = text.lower()\n",
        "    small = str(text)\n",
        (FORMS,),
    ),
    Mutant(
        "secret: two that overlap are taken for one only",
        "app/secret_search.py",
        "            if spans and start < end_before:\n",
        "            if False:\n",
        (FORMS,),
    ),
    Mutant(
        "secret: a part of one leaves with a call",
        "app/redaction.py",
        "self._search.is_in(one) or self._holds_part(one) for",
        "self._search.is_in(one) for",
        (OUTGOING,),
    ),
    Mutant(
        "secret: the placeholder of one that is unset now is written into a file",
        "app/assembly.py",
        "Redactor(settings.secrets, names=SECRET_NAMES)",
        "Redactor(settings.secrets)",
        (INJECTIONS_PLACEHOLDER,),
    ),
    Mutant(
        "secret: a log line is searched neither before nor after it is finished",
        "app/logs.py",
        "        safe = self._redactor.value(_plain(line))\n",
        "        safe = _plain(line)\n",
        (LOGS,),
        also=("_OBEYED.sub(_escaped, self._redactor.text(finished))", "finished"),
    ),
    Mutant(
        "secret: the library says what it could not log",
        "app/logs.py",
        "    def handleError(self, record: logging.LogRecord) -> None:",
        "    def handle_nothing(self, record: logging.LogRecord) -> None:",
        (LOGS,),
    ),
    Mutant(
        "key: it goes to any address",
        "app/settings_store.py",
        "        if f.name != _BOUND or wanted is None or given_for == wanted:\n",
        "        if True:\n",
        (KEYRING,),
    ),
    Mutant(
        "key: it follows a changed address",
        "app/settings_store.py",
        "            self._bind_key(before.get(f.name), stored)\n",
        "            pass\n",
        (KEYRING,),
    ),
    Mutant(
        "key: another server gets the one before",
        "app/providers.py",
        '        kept = keys.pop(origin_of(url) or "", None)\n',
        "        kept = wanted.llm_api_key\n",
        (KEYRING,),
    ),
    Mutant(
        "key: it is written into the settings file",
        "app/settings_store.py",
        ".holds_secret(plain):\n",
        ".holds_secret(None):\n",
        (
            "tests/cli/test_canaries.py::test_keys_in_settings_come_out_nowhere_and_do_not_get_into_the_file",
        ),
    ),
    Mutant(
        "data: it is not fenced",
        "app/orchestrator/outgoing.py",
        '        messages = self._fence.around(hidden.messages, hidden.session_id or "")\n',
        "        messages = hidden.messages\n",
        (f"{INJECTIONS}::test_what_a_file_says_reaches_the_model_exactly_and_inside_its_marks",),
    ),
    Mutant(
        "data: it can write the mark of its fence",
        "app/orchestrator/untrusted.py",
        "    if mark in seen.casefold():\n",
        "    if False:\n",
        (UNTRUSTED,),
    ),
    Mutant(
        "data: it can write a mark that looks like ours",
        "app/orchestrator/untrusted.py",
        '    return _LIKE_A_MARK.sub(rf"\\1{_BROKEN}\\2", text)\n',
        "    return text\n",
        (UNTRUSTED,),
    ),
    Mutant(
        "data: its origin can end the line that names it",
        "app/orchestrator/untrusted.py",
        "    return escape(short)\n",
        "    return short\n",
        (UNTRUSTED,),
    ),
    Mutant(
        "log: a file that was put aside is written on",
        "app/log_file.py",
        "            self._follow()\n            if self._is_full",
        "            if self._is_full",
        (LOGS,),
    ),
)
