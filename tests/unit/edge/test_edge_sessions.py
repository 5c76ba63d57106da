"""One token cannot take all the sessions of the house."""

from broker.edge.sessions import IDLE, MOST, Sessions


def test_a_task_holds_so_many_sessions_and_no_more():
    sessions = Sessions()
    for n in range(MOST):
        assert not sessions.are_full("t", 0)
        sessions.used("t", f"s{n}", 0)
    assert sessions.are_full("t", 0)
    assert not sessions.are_full("another", 0)


def test_a_session_that_ended_or_lay_unused_makes_room():
    sessions = Sessions()
    for n in range(MOST):
        sessions.used("t", f"s{n}", n)
    sessions.ended("t", "s1")
    assert not sessions.are_full("t", MOST)
    sessions.used("t", "s1", MOST)
    assert sessions.are_full("t", MOST)
    assert not sessions.are_full("t", IDLE)  # s0 has lain unused
    sessions.ended("t", "never there")
    assert not sessions.are_full("t", MOST + IDLE)


def test_one_that_is_used_stays():
    sessions = Sessions()
    for n in range(MOST):
        sessions.used("t", f"s{n}", 0)
    for n in range(MOST):
        sessions.used("t", f"s{n}", IDLE - 1)
    assert sessions.are_full("t", IDLE + 1)


def test_what_tasks_that_are_over_left_behind_is_forgotten():
    sessions = Sessions()
    for n in range(100):
        sessions.used(f"t{n}", "s", n)
    sessions.are_full("t", 99 + IDLE)
    assert sessions == Sessions(_swept=99 + IDLE)
