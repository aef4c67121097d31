package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.FetchSettings.Politeness;
import io.pairstream.ingest.fetch.web.HostGates.Gate.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HostGatesTest {

  private static final FetchResult.Failed BROKEN =
      failed(RejectReason.FETCH_CONNECTION, Duration.ZERO);
  private static final FetchResult.Failed THROTTLED =
      failed(RejectReason.FETCH_THROTTLED, Duration.ZERO);

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
                  turn -> {
                    starts.add((timers.nanos() - began) / 1_000_000);
                    turn.started();
                    turn.ended();
                  });
    }

    timers.pass(Duration.ofSeconds(3));

    assertThat(starts).containsExactly(0L, 500L, 1000L, 1500L, 2000L);
  }

  @Test
  void aLongerIntervalOfTheHostHolds() {
    Turn first = turn(enter(Duration.ofSeconds(4)));
    first.started();
    first.ended();

    CompletableFuture<Turn> second = enter(Duration.ofSeconds(4));
    timers.pass(Duration.ofMillis(3999));
    assertThat(second).isNotDone();
    timers.pass(Duration.ofMillis(1));

    assertThat(second).isCompleted();
  }

  @Test
  void noMoreThanTwoAreUnderWay() {
    Turn first = turn(enter(Duration.ZERO));
    first.started();
    timers.pass(Duration.ofSeconds(1));
    Turn second = turn(enter(Duration.ZERO));
    second.started();
    timers.pass(Duration.ofSeconds(1));

    CompletableFuture<Turn> third = enter(Duration.ZERO);
    assertThat(third).isNotDone();
    first.ended();

    assertThat(third).isCompleted();
  }

  @Test
  void whoWouldWaitTooLongIsPostponed() {
    for (int i = 0; i < 22; i++) {
      var unused = enter(Duration.ZERO);
    }

    assertThat(postponement()).isGreaterThan(Duration.ofSeconds(9));
  }

  @Test
  void aHostIsLeftAloneAsLongAsItAsks() {
    fail(failed(RejectReason.FETCH_THROTTLED, Duration.ofMinutes(5)));

    assertThat(postponement()).isEqualTo(Duration.ofMinutes(5));
    timers.pass(Duration.ofMinutes(5));
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
  void linksOfAHostThatIsDownFailInsteadOfWaitingForEver() {
    for (int i = 0; i < 5; i++) {
      fail(BROKEN);
      timers.pass(i < 4 ? Duration.ofMinutes(10) : Duration.ZERO);
    }

    FetchResult.Failed failed = (FetchResult.Failed) refusal();
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
    turn.ended();
    fail(BROKEN);

    assertThat(turn(enterAfterInterval())).isNotNull();
  }

  @Test
  void whatDoesNotMatterAnyMoreIsForgotten() {
    for (int i = 0; i < 1000; i++) {
      Turn turn = gates.enter("host" + i, Duration.ZERO).join();
      turn.started();
      turn.ended();
    }
    fail(failed(RejectReason.FETCH_THROTTLED, Duration.ofHours(1)));

    timers.pass(Duration.ofMinutes(1));

    assertThat(gates.size()).isEqualTo(1);
  }

  private static FetchResult.Failed failed(RejectReason reason, Duration wait) {
    return new FetchResult.Failed(reason, "it fails", Measured.NONE, true, wait);
  }

  private CompletableFuture<Turn> enter(Duration interval) {
    return gates.enter("host", interval);
  }

  private CompletableFuture<Turn> enterAfterInterval() {
    timers.pass(Duration.ofSeconds(1));
    return enter(Duration.ZERO);
  }

  private Duration postponement() {
    return ((FetchResult.Postponed) refusal()).retryAfter();
  }

  private FetchResult refusal() {
    CompletableFuture<Turn> refused = enter(Duration.ZERO);
    assertThat(refused).isCompletedExceptionally();
    return refused.handle((turn, problem) -> FetchStopped.resultOf(problem).orElseThrow()).join();
  }

  private void fail(FetchResult.Failed failed) {
    Turn turn = turn(enterAfterInterval());
    turn.started();
    turn.failed(failed);
  }

  private static Turn turn(CompletableFuture<Turn> admission) {
    assertThat(admission).isCompleted();
    return admission.join();
  }
}
