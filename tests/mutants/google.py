"""What lets in only the right browser, keeps a sign-in where it belongs, and ends it once."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

SIGNING_IN: Final = "tests/integrations/test_google_sign_in.py::"
ACCOUNTS: Final = "tests/integrations/test_google_accounts.py::"
TOKENS: Final = "tests/integrations/google/test_drive_sign_in.py::"
GOOGLE: Final = "app/integrations/google/"
CALLBACK: Final = "app/integrations/browser_callback.py"
SECRETS: Final = (f"{SIGNING_IN}test_verifier_state_code_and_tokens_are_nowhere",)

GOOGLE_MUTANTS: Final = (
    # -- the browser -------------------------------------------------------------------------------
    Mutant(
        "google: a browser that brings another state is let in",
        CALLBACK,
        '        if self._state is not None and not _is_one(brought.get("state"), self._state):\n',
        "        if False:\n",
        (f"{SIGNING_IN}test_an_answer_with_another_state_ends_nothing_and_is_not_taken",),
    ),
    Mutant(
        "google: a browser that comes to another path is let in",
        CALLBACK,
        "        if not hmac.compare_digest(asked.path.encode(), self._path.encode()):\n",
        "        if False:\n",
        (f"{SIGNING_IN}test_an_answer_to_another_path_ends_nothing_and_is_not_taken",),
    ),
    Mutant(
        "google: a code is worth something to whoever reads it (no PKCE)",
        f"{GOOGLE}sign_in.py",
        "[SCOPES[access]], redirect_uri=callback\n",
        "[SCOPES[access]], redirect_uri=callback, autogenerate_code_verifier=False\n",
        (f"{SIGNING_IN}test_google_is_asked_as_its_guide_for_desktop_apps_says",),
    ),
    Mutant(
        "google: the port stays open after a sign-in that nobody waited for",
        CALLBACK,
        "        self._over = True\n        self._listen_no_more()\n",
        "",
        (f"{SIGNING_IN}test_leaving_it_without_waiting_closes_the_port",),
    ),
    Mutant(
        "google: a code and tokens go into the log",
        f"{GOOGLE}sign_in.py",
        '    logging.getLogger("requests_oauthlib").setLevel(logging.WARNING)\n',
        "",
        SECRETS,
    ),
    # -- what is kept ------------------------------------------------------------------------------
    Mutant(
        "google: after Cancel it goes on and keeps what comes",
        f"{GOOGLE}signing_in.py",
        "        granted = await self._browser.granted()\n",
        "        return await asyncio.shield(asyncio.create_task(self._whole()))\n\n"
        "    async def _whole(self) -> SignedIn:\n"
        "        granted = await self._browser.granted()\n",
        (f"{SIGNING_IN}test_cancel_while_google_is_asked_keeps_nothing",),
    ),
    Mutant(
        "google: what a sign-in gave is kept before it is tried",
        f"{GOOGLE}signing_in.py",
        "        try:\n            found = drive.account()\n",
        "        self._accounts.adopt(\n"
        '            GoogleAccount("?", granted.access, signed_in_at=self._accounts.clock.now()),\n'
        "            UserToken(client, granted.refresh_token),\n"
        "        )\n"
        "        try:\n            found = drive.account()\n",
        (f"{SIGNING_IN}test_a_drive_that_refuses_the_new_token_is_told_and_nothing_kept",),
    ),
    Mutant(
        "google: the access that was asked for is taken for what was given",
        f"{GOOGLE}sign_in.py",
        " if SCOPES[one] in given), None",
        "), None",
        (f"{SIGNING_IN}test_less_access_than_asked_for_is_said_not_assumed",),
    ),
    Mutant(
        "google: a token for one hour is kept as one that lasts",
        f"{GOOGLE}sign_in.py",
        "    if not isinstance(token, str) or not token:\n",
        "    if False:\n",
        (f"{SIGNING_IN}test_without_a_token_that_lasts_nothing_is_kept",),
    ),
    Mutant(
        "google: the token that lasts is written into the settings file",
        f"{GOOGLE}account_book.py",
        "        kept = replace(account, lasting=True)\n",
        "        kept = replace(account, lasting=True)\n"
        '        self._store.note("google_token", lambda _: token.refresh_token.reveal())\n',
        SECRETS,
    ),
    Mutant(
        "google: an account whose token no keyring took is noted as kept",
        f"{GOOGLE}account_book.py",
        "        except KeyringError:\n            return replace(account, lasting=False)\n",
        "        except KeyringError:\n            pass\n",
        (
            f"{SIGNING_IN}test_a_keyring_that_fails_at_the_end_leaves_it_for_this_run",
            f"{SIGNING_IN}test_where_no_keyring_works_it_is_said_before_the_browser_opens",
        ),
    ),
    Mutant(
        "google: that no keyring works is said only after the browser",
        f"{GOOGLE}signing_in.py",
        "    except KeyringError:\n        lasting = False\n",
        "    except KeyringError:\n        lasting = True\n",
        (f"{SIGNING_IN}test_where_no_keyring_works_it_is_said_before_the_browser_opens",),
    ),
    Mutant(
        "google: redaction does not know the token that lasts",
        f"{GOOGLE}account_book.py",
        '        self._hide("GOOGLE_REFRESH_TOKEN", token.refresh_token)\n',
        "",
        (f"{SIGNING_IN}test_the_redactor_knows_what_a_sign_in_gave",),
    ),
    # -- how it ends -------------------------------------------------------------------------------
    Mutant(
        "google: a token that is refused is renewed again and again",
        f"{GOOGLE}connections.py",
        "        if response.status == 401:\n            token = self._tokens.replaced",
        "        while response.status == 401:\n            token = self._tokens.replaced",
        (f"{TOKENS}test_a_token_that_is_refused_again_and_again_ends",),
    ),
    Mutant(
        "google: a new token that is refused does not end the sign-in",
        f"{GOOGLE}connections.py",
        "            raise self._tokens.end(\n                DriveSignedOutError(",
        "            raise (\n                DriveSignedOutError(",
        (f"{ACCOUNTS}test_a_token_that_is_refused_although_it_is_new_ends_the_sign_in",),
    ),
    Mutant(
        "google: a sign-in that was revoked is asked for a token at each request",
        f"{GOOGLE}access.py",
        "                    self._over, first = error, True\n",
        "                    first = True\n",
        (f"{ACCOUNTS}test_a_sign_in_that_google_ended_is_told_once_and_asked_no_more",),
    ),
    Mutant(
        "google: the next start knows nothing of a sign-in that was revoked",
        f"{GOOGLE}account_book.py",
        "        if marked.lasting:\n",
        "        if False:\n",
        (f"{ACCOUNTS}test_a_sign_in_that_google_ended_is_told_once_and_asked_no_more",),
    ),
    Mutant(
        "google: a server that is out of order ends the sign-in",
        f"{GOOGLE}access.py",
        "    return Refusal(status)\n",
        '    return DriveSignedOutError("The sign-in is over.")\n',
        (f"{ACCOUNTS}test_an_interrupted_network_does_not_end_the_sign_in",),
    ),
    Mutant(
        "google: a new sign-in goes on with the client of the one that is over",
        f"{GOOGLE}accounts.py",
        "        if found is not None and found.signed_in_at == account.signed_in_at:\n",
        "        if found is not None:\n",
        (f"{ACCOUNTS}test_signing_in_again_mends_it",),
    ),
    Mutant(
        "google: the end of an old sign-in ends the new one",
        f"{GOOGLE}account_book.py",
        "now is None or now.signed_in_at != account.signed_in_at or now.state is state",
        "now is None or now.state is state",
        (f"{ACCOUNTS}test_the_end_of_an_old_sign_in_is_not_that_of_the_new_one",),
    ),
    Mutant(
        "google: signed out, the token stays in the keyring",
        f"{GOOGLE}account_book.py",
        "            self._store.keyring.forget(_ENTRY + email)\n",
        "            pass\n",
        (f"{ACCOUNTS}test_signing_out_tells_google_and_forgets",),
    ),
    Mutant(
        "google: that Google took no revocation is not said",
        f"{GOOGLE}revoking.py",
        "    if answer.status in (200, 400):\n",
        "    if True:\n",
        (f"{ACCOUNTS}test_signing_out_without_google_says_so_and_forgets_all_the_same",),
    ),
    # -- several accounts --------------------------------------------------------------------------
    Mutant(
        "google: one account that is over makes the others unusable",
        f"{GOOGLE}accounts.py",
        "                over.append(account)\n                continue\n",
        "                raise\n",
        (f"{ACCOUNTS}test_of_two_accounts_one_that_is_over_leaves_the_other_usable",),
    ),
    Mutant(
        "google: a file that may be in an account that is over is said to be gone",
        f"{GOOGLE}accounts.py",
        "        if over:  # it may be in theirs\n",
        "        if False:\n",
        (f"{ACCOUNTS}test_of_two_accounts_one_that_is_over_leaves_the_other_usable",),
    ),
    Mutant(
        "google: new files go to whichever account can be used",
        f"{GOOGLE}accounts.py",
        "            return accounts[0].email, self.client(accounts[0])\n",
        "            return ready[0].email, self.client(ready[0])\n",
        (f"{ACCOUNTS}test_new_files_go_to_no_other_account_than_the_first",),
    ),
    # -- files -------------------------------------------------------------------------------------
    Mutant(
        "google: secrets go to an address without TLS that a file names",
        f"{GOOGLE}credential_files.py",
        "    if not is_safe or",
        "    if",
        (f"{SIGNING_IN}test_a_wrong_client_file_says_which_one_is_needed",),
    ),
    Mutant(
        "google: a token file that Google ended is asked with for ever",
        f"{GOOGLE}accounts.py",
        "                self._ended.add(account.email)\n",
        "                pass\n",
        (f"{ACCOUNTS}test_a_ready_token_file_is_used_and_never_written",),
    ),
    Mutant(
        "google: redaction does not know the secrets of a token file",
        f"{GOOGLE}account_access.py",
        "        book.hide(token)\n",
        "",
        (f"{ACCOUNTS}test_a_ready_token_file_is_used_and_never_written",),
    ),
    Mutant(
        "google: redaction does not know a service account's key",
        f"{GOOGLE}account_access.py",
        '        hide("GOOGLE_SERVICE_KEY", Secret(str(key.info.get("private_key"))))\n',
        "",
        (f"{ACCOUNTS}test_a_service_account_signs_for_its_tokens",),
    ),
    Mutant(
        "google: a service account's assertion is good for longer than Google takes it",
        f"{GOOGLE}service_account.py",
        "_LASTS: Final = 3600\n",
        "_LASTS: Final = 7200\n",
        (f"{ACCOUNTS}test_a_service_account_signs_for_its_tokens",),
    ),
    Mutant(
        "google: a file that is named and wrong spoils every other account",
        f"{GOOGLE}account_access.py",
        "    except ConfigurationError as error:\n        state = AccountState.UNREADABLE\n",
        "    except ConfigurationError as error:\n        raise\n"
        "        state = AccountState.UNREADABLE\n",
        (f"{ACCOUNTS}test_a_file_that_is_named_and_wrong_is_said_and_spoils_no_other_account",),
    ),
)
