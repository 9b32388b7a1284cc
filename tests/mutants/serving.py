"""Every line that keeps the webhook shut, a channel mended and its health true, taken out."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

HOOKED: Final = ("tests/integrations/test_webhook.py",)
WHOLE: Final = ("tests/test_telegram_webhook.py",)
CONNECTED: Final = ("tests/test_connected_channels.py",)
PAIRED: Final = ("tests/cli/test_telegram.py",)

HOOK, SERVER = "app/integrations/webhook.py", "app/integrations/webhook_server.py"
CHANNELS, LINES = "app/connected_channels.py", "app/channel_lines.py"
TOLD, BOT = "app/telegram_webhook.py", "app/bot_identity.py"

SERVING_MUTANTS: Final = (
    Mutant(
        "webhook: any secret will do",
        HOOK,
        "        return hmac.compare_digest(told, self._secret)\n",
        "        return True\n",
        HOOKED,
    ),
    Mutant(
        "webhook: no secret will do",
        HOOK,
        "        if not self._is_telegram(request):\n",
        "        if SECRET_HEADER in request.headers and not self._is_telegram(request):\n",
        HOOKED,
    ),
    Mutant(
        "webhook: the secret is compared letter by letter",
        HOOK,
        "hmac.compare_digest(told, self._secret)",
        "told == self._secret",
        HOOKED,
    ),
    Mutant(
        "webhook: what was not kept is acknowledged",
        HOOK,
        'return PlainTextResponse("Service Unavailable", 503, headers={"Retry-After": "5"})',
        "return Response(status_code=200)",
        HOOKED,
    ),
    Mutant(
        "webhook: what is no update comes for ever",
        HOOK,
        """                logger.warning("update not understood", extra={"bytes": len(body)})\n""",
        """                return Response(status_code=400)\n""",
        HOOKED,
    ),
    Mutant(
        "webhook: a body has no bound",
        HOOK,
        "return bytes(body) if heard <= MOST_BYTES else None",
        "return bytes(body)",
        HOOKED,
    ),
    Mutant(
        "webhook: a body may take for ever",
        HOOK,
        "asyncio.timeout(BODY_SECONDS)",
        "asyncio.timeout(None)",
        HOOKED,
    ),
    Mutant(
        "webhook: it says what serves it",
        SERVER,
        "                server_header=False,\n",
        "",
        HOOKED,
    ),
    Mutant(
        "webhook: a lost database is no trouble",
        TOLD,
        "not database and all(",
        "all(",
        WHOLE,
    ),
    Mutant(
        "webhook: whoever changed the address keeps it",
        TOLD,
        "if self._url is not None and info.url != self._url:",
        "if self._url is not None and not info.url:",
        WHOLE,
    ),
    Mutant(
        "channels: a part that is down is not seen",
        LINES,
        "        if down:\n",
        "        if False:\n",
        CONNECTED,
    ),
    Mutant(
        "channels: two bots are one",
        LINES,
        "        account=bot_id(token),\n",
        '        account="",\n',
        CONNECTED,
    ),
    Mutant(
        "channels: that one is deaf is not told",
        CHANNELS,
        "            self._telling(health)\n",
        "            pass\n",
        CONNECTED,
    ),
    Mutant(
        "channels: a token is kept untried",
        CHANNELS,
        "        bot = await ask_identity(token, parts.settings().telegram_api_url)\n",
        "        import types\n\n        bot = types.SimpleNamespace(id=1, username='x')\n",
        CONNECTED,
    ),
    Mutant(
        "channels: beside a webhook a window polls",
        CHANNELS,
        "        if not self._takes_webhook:\n            return None\n",
        "",
        CONNECTED,
    ),
    Mutant(
        "channels: any setting makes all anew",
        CHANNELS,
        "        if line is not None and line.made_from == wanted:\n            return\n",
        "",
        CONNECTED,
    ),
    Mutant(
        "channels: who is let go of is not told",
        CHANNELS,
        "            await line.say_goodbye(person)\n",
        "            pass\n",
        CONNECTED,
    ),
    Mutant(
        "channels: the link leads to another bot",
        BOT,
        'own = str(noted.get("id")) == bot_id(token)',
        "own = True",
        PAIRED,
    ),
)
