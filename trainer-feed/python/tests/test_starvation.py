import math

from pairstream.loader.stats import Reading, StarvationClock


def test_lasts_as_long_as_what_is_left_at_the_rate_of_the_last_minute():
    clock = StarvationClock()
    assert math.isnan(clock.seconds_left(Reading(0, 500, 0)))
    for second in range(100):
        clock.note(Reading(second, 1000 - 5 * second, 0))
    assert clock.seconds_left(Reading(100, 500, 0)) == 100
    assert math.isnan(clock.seconds_left(Reading(100, 900, 0)))


def test_a_trainer_that_waits_with_nothing_in_memory_starves_now():
    clock = StarvationClock()
    clock.note(Reading(0, 0, 0))
    assert clock.seconds_left(Reading(10, 0, 6)) == 0
    assert math.isnan(clock.seconds_left(Reading(10, 0, 4)))
