"""Wake-ups within a process."""

from dvor.store.signals import Signals


async def test_a_waiter_is_woken_once_and_alone() -> None:
    signals = Signals()
    one, same, other = signals.waiter(1, 5), signals.waiter(1, 3), signals.waiter(2, 0)
    assert signals.waiting(range(10)) == {1: 3, 2: 0}
    signals.wake([1, 7])
    assert one.done()
    assert same.done()
    assert not other.done()
    assert signals.waiting(range(10)) == {2: 0}
    signals.wake([1, 1])
    assert not signals.waiter(1, 5).done()


async def test_who_gives_up_is_forgotten() -> None:
    signals = Signals()
    one, other = signals.waiter(1, 5), signals.waiter(1, 9)
    one.cancel()
    signals.forget(1, one)
    assert signals.waiting(range(10)) == {1: 9}
    signals.forget(1, one)
    signals.forget(8, one)
    signals.wake([1])
    signals.forget(1, other)
    assert signals.receivers() == []


async def test_a_cancelled_waiter_does_not_hold_up_the_others() -> None:
    signals = Signals()
    one, other = signals.waiter(1, 0), signals.waiter(1, 0)
    one.cancel()
    signals.wake([1])
    assert other.done()


async def test_closed_signals_let_nobody_wait() -> None:
    signals = Signals()
    waiters = [signals.waiter(number, 0) for number in range(3)]
    signals.close()
    assert signals.is_closed
    assert all(waiter.done() for waiter in waiters)
    assert signals.waiter(9, 0).done()
    assert signals.receivers() == []
