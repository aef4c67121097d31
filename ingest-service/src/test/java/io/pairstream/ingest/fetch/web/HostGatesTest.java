package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.Admission.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HostGatesTest {

  private static final FetchResult.Failed BROKEN =
      Failures.passing(RejectReason.FETCH_CONNECTION, "host takes no connection");
  private static final FetchResult.Failed THROTTLED =
      Failures.passing(RejectReason.FETCH_THROTTLED, "host answers 429");

  private final ManualTimers timers = new ManualTimers();
  private final HostGates gates = new HostGates(Politeness.USUAL, timers);

  @Test
  void requestsStartHalfASecondApart() {
    List<Long> starts = new ArrayList<>();
    long began = timers.nanos();
    for (int i = 0; i < 5; i++) {
      var unused =
          enter(Duration.ZERO)
              .thenAccept(
                  admission -> {
                    starts.add((timers.nanos() - began) / 1_000_000);
                    ((Turn) admission).started();
                    ((Turn) admission).answered();
                  });
    }

    timers.pass(Duration.ofSeconds(3));

    assertThat(starts).containsExactly(0L, 500L, 1000L, 1500L, 2000L);
  }

  @Test
  void aLongerIntervalOfTheHostHolds() {
    Turn first = turn(enter(Duration.ofSeconds(4)));
    first.started();
    first.answered();

    CompletableFuture<Admission> second = enter(Duration.ofSeconds(4));
    timers.pass(Duration.ofMillis(3999));
    assertThat(second).isNotDone();
    timers.pass(Duration.ofMillis(1));

    assertThat(second).isCompletedWithValueMatching(Turn.class::isInstance);
  }

  @Test
  void noMoreThanTwoAreUnderWay() {
    Turn first = turn(enter(Duration.ZERO));
    first.started();
    timers.pass(Duration.ofSeconds(1));
    Turn second = turn(enter(Duration.ZERO));
    second.started();
    timers.pass(Duration.ofSeconds(1));

    CompletableFuture<Admission> third = enter(Duration.ZERO);
    assertThat(third).isNotDone();
    first.answered();

    assertThat(third).isCompletedWithValueMatching(Turn.class::isInstance);
  }

  @Test
  void aTurnThatIsGivenBackMakesRoom() {
    Turn first = turn(enter(Duration.ZERO));
    CompletableFuture<Admission> second = enter(Duration.ZERO);
    assertThat(second).isNotDone();

    first.finished();

    assertThat(second).isCompletedWithValueMatching(Turn.class::isInstance);
  }

  @Test
  void whoWouldWaitTooLongIsPostponed() {
    for (int i = 0; i < 22; i++) {
      var unused = enter(Duration.ZERO);
    }

    Admission late = told(enter(Duration.ZERO));

    assertThat(late).isInstanceOf(Admission.Later.class);
    assertThat(((Admission.Later) late).retryAfter()).isGreaterThan(Duration.ofSeconds(9));
  }

  @Test
  void aHostIsLeftAloneAsLongAsItAsks() {
    fail(Failures.after(THROTTLED, Duration.ofMinutes(5)));

    Admission soon = told(enter(Duration.ZERO));
    timers.pass(Duration.ofMinutes(5));

    assertThat(((Admission.Later) soon).retryAfter()).isEqualTo(Duration.ofMinutes(5));
    assertThat(turn(enter(Duration.ZERO))).isNotNull();
  }

  @Test
  void aHostThatThrottlesWithoutSayingForHowLongIsLeftAloneForLongerEachTime() {
    fail(THROTTLED);
    assertThat(postponement()).isEqualTo(Duration.ofSeconds(30));
    timers.pass(Duration.ofSeconds(30));
    fail(THROTTLED);

    assertThat(postponement()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void twoFailuresArePutUpWithAndAThirdIsNot() {
    fail(BROKEN);
    fail(BROKEN);
    fail(BROKEN);

    assertThat(postponement()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void linksOfAHostThatIsDownAreToldSoInsteadOfWaitingForEver() {
    for (int i = 0; i < 5; i++) {
      fail(BROKEN);
      timers.pass(i < 4 ? Duration.ofMinutes(10) : Duration.ZERO);
    }

    Admission told = told(enter(Duration.ZERO));

    assertThat(told).isInstanceOf(Admission.Down.class);
    FetchResult.Failed failed = ((Admission.Down) told).failed();
    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_CONNECTION);
    assertThat(failed.retryable()).isTrue();
    assertThat(failed.retryAfter()).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void anAnswerMakesUpForFailures() {
    fail(BROKEN);
    fail(BROKEN);
    Turn turn = turn(enterAfterInterval());
    turn.started();
    turn.answered();
    fail(BROKEN);

    assertThat(turn(enterAfterInterval())).isNotNull();
  }

  @Test
  void oneHostDoesNotWaitForAnother() {
    assertThat(turn(enter(Duration.ZERO))).isNotNull();

    assertThat(gates.enter("other", Duration.ZERO))
        .isCompletedWithValueMatching(Turn.class::isInstance);
  }

  @Test
  void whatDoesNotMatterAnyMoreIsForgotten() {
    for (int i = 0; i < 1000; i++) {
      Turn turn = (Turn) gates.enter("host" + i, Duration.ZERO).join();
      turn.started();
      turn.answered();
    }
    fail(Failures.after(THROTTLED, Duration.ofHours(1)));

    timers.pass(Duration.ofMinutes(1));

    assertThat(gates.size()).isEqualTo(1);
  }

  private CompletableFuture<Admission> enter(Duration interval) {
    return gates.enter("host", interval);
  }

  private CompletableFuture<Admission> enterAfterInterval() {
    timers.pass(Duration.ofSeconds(1));
    return enter(Duration.ZERO);
  }

  private Duration postponement() {
    return ((Admission.Later) told(enter(Duration.ZERO))).retryAfter();
  }

  private void fail(FetchResult.Failed failed) {
    Turn turn = turn(enterAfterInterval());
    turn.started();
    turn.failed(failed);
  }

  private static Admission told(CompletableFuture<Admission> admission) {
    assertThat(admission).isDone();
    return admission.join();
  }

  private static Turn turn(CompletableFuture<Admission> admission) {
    assertThat(admission).isCompletedWithValueMatching(Turn.class::isInstance);
    return (Turn) admission.join();
  }
}
