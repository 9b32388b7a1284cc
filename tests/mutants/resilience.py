"""What keeps a failure small and makes it known, each taken out, and the test that must notice."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

BREAKER: Final = "tests/resilience/test_circuit_breaker.py::"
SUPERVISOR: Final = "tests/resilience/test_supervisor.py::"
ROUTER: Final = "tests/notifications/test_router.py::"
TROUBLES: Final = "tests/notifications/test_troubles.py::"
START: Final = "tests/ui/test_startup.py::"

RESILIENCE_MUTANTS: Final = (
    Mutant(
        "breaker: the probe's lease begins after the listeners were told",
        "app/resilience/circuit_breaker.py",
        "            self._change(CircuitState.HALF_OPEN, lease_end)\n",
        "            self._change(CircuitState.HALF_OPEN)\n"
        "            self._lease_end = lease_end\n",
        (f"{BREAKER}test_a_listener_that_asks_for_leave_gets_no_second_probe",),
    ),
    Mutant(
        "breaker: a listener's own change is told in the middle of the one before",
        "app/resilience/circuit_breaker.py",
        "        if len(self._news) > 1:\n",
        "        if False:\n",
        (
            f"{BREAKER}test_a_listener_that_changes_the_state_is_heard_after_all_have_heard_what_was",
        ),
    ),
    Mutant(
        "breaker: a server's wish outlives its recovery",
        "app/resilience/circuit_breaker.py",
        "        if permit.at >= self._wished_at:\n",
        "        if False:\n",
        (f"{BREAKER}test_a_wish_is_over_once_the_server_works_again",),
    ),
    Mutant(
        "supervisor: a restart by hand forgets who waited before",
        "app/resilience/supervisor.py",
        "                    break  # who mends it starts the others after it\n"
        "        self._look_after_the_rest()\n",
        "                    break  # who mends it starts the others after it\n",
        (f"{SUPERVISOR}test_restarting_a_later_one_by_hand_forgets_no_earlier_one_that_waits",),
    ),
    Mutant(
        "supervisor: a stop leaves the others waiting for ever",
        "app/resilience/supervisor.py",
        "        self._from = None\n        self._look_after_the_rest()\n",
        "        self._from = None\n",
        (f"{SUPERVISOR}test_stopping_one_while_all_wait_leaves_the_others_to_be_started",),
    ),
    Mutant(
        "supervisor: of two crashes at once one is told",
        "app/resilience/supervisor.py",
        "        for culprit in crashed or (group[:1] if wait is None else []):\n",
        "        for culprit in crashed[:1] or (group[:1] if wait is None else []):\n",
        (f"{SUPERVISOR}test_two_that_crash_at_once_are_both_told_once",),
    ),
    Mutant(
        "supervisor: one that was abandoned is started beside itself",
        "app/resilience/supervisor.py",
        "            if cell.state is not ChildState.ABANDONED:\n"
        "                cell.state = ChildState.STOPPED\n",
        "            cell.state = ChildState.STOPPED\n",
        (f"{SUPERVISOR}test_one_that_was_abandoned_is_not_started_beside_itself",),
    ),
    Mutant(
        "router: two cards of one moment share an id",
        "app/notifications/router.py",
        "        self._last_id = max(drawn, self._last_id + 1)\n",
        "        self._last_id = drawn\n",
        (f"{ROUTER}test_cards_of_one_moment_are_told_apart_also_when_the_clock_is_set_back",),
    ),
    Mutant(
        "router: a sink that comes late hears nothing of before",
        "app/notifications/router.py",
        "                self._deliver(entry, event)\n\n        def remove",
        "                pass\n\n        def remove",
        (
            f"{ROUTER}test_a_sink_that_comes_late_gets_what_nobody_has_put_away",
            f"{START}test_what_fails_before_the_window_is_there_is_shown_by_it",
        ),
    ),
    Mutant(
        "last resort: Python prints it once more",
        "app/notifications/last_resort.py",
        "        if before not in _WOULD_REPEAT:\n            before(args)\n",
        "        before(args)\n",
        (f"{TROUBLES}test_what_is_told_is_not_printed_once_more_with_every_secret_in_it",),
    ),
    Mutant(
        "window: a signal before the loop runs is left to Python",
        "app/main.py",
        "    _end_at_once_when_told()\n    import",
        "    import",
        (f"{START}test_a_signal_before_the_loop_runs_ends_it_at_once_and_without_a_word",),
    ),
    Mutant(
        "window: closed before anybody noticed, it goes on unseen",
        "app/main.py",
        "    if not window.is_shown:",
        "    if False:",
        (f"{START}test_a_window_closed_before_the_loop_runs_is_the_end",),
    ),
    Mutant(
        "window: closed while it opens, what was opened stays open",
        "app/assembly.py",
        "            undo.push_async_callback(assembly.close)\n",
        "",
        (f"{START}test_closed_while_it_opens_it_leaves_nothing_open",),
    ),
)
