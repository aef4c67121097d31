package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.chaos.faults.Fault;
import io.pairstream.chaos.run.RunningFaults.Done;
import io.pairstream.chaos.run.RunningFaults.FaultStuckException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(1800)
class RunningFaultsTest {

  private final List<String> happened = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong heldAt = new AtomicLong();
  private List<String> ended = List.of();
  private Injection injection = () -> {};
  private boolean mayEnd;
  private Optional<Instant> struckAt = Optional.empty();

  /** What comes with each injection. */
  @FunctionalInterface
  private interface Injection {
    void happens() throws Exception;
  }

  /**
   * Ten more records are acknowledged at each look, up to a limit, unless the producers are held.
   */
  private final class Load implements RunningFaults.Gate {
    private final CountDownLatch paused = new CountDownLatch(1);
    private boolean held;
    private long most = Long.MAX_VALUE;

    synchronized void upTo(long records) {
      most = records;
    }

    synchronized long look() {
      return held || acknowledged.get() >= most ? acknowledged.get() : acknowledged.addAndGet(10);
    }

    synchronized boolean held() {
      return held;
    }

    @Override
    public synchronized void pause() {
      held = true;
      heldAt.set(acknowledged.get());
      paused.countDown();
    }

    @Override
    public synchronized void resume() {
      held = false;
    }
  }

  private final Load load = new Load();

  @Test
  void oneBeginsWhenItStrikes() throws Exception {
    Instant later = Instant.now().plusMillis(400);
    struckAt = Optional.of(later);

    List<Done> done = running(Map.of()).run(List.of(planned(1, 50, false)), () -> false);

    assertThat(done.get(0).began()).isEqualTo(later);
  }

  @Test
  void eachComesBehindItsRecordsAndIsHealedBeforeTheNext() throws Exception {
    List<Done> done =
        running(Map.of()).run(List.of(planned(1, 50, false), planned(2, 100, false)), () -> false);

    assertThat(happened).containsExactly("inject 1", "heal 1", "inject 2", "heal 2");
    assertThat(done).extracting(each -> each.planned().number()).containsExactly(1, 2);
    assertThat(done.get(0).acknowledged()).isGreaterThanOrEqualTo(50);
    assertThat(done.get(1).acknowledged()).isGreaterThanOrEqualTo(100);
    assertThat(done).allSatisfy(each -> assertThat(each.remarks()).isEmpty());
  }

  @Test
  void twoThatOverlapLastAtTheSameTime() throws Exception {
    List<Done> done =
        running(Map.of())
            .run(
                List.of(planned(1, 50, true), planned(2, 1_000, false), planned(3, 1_001, false)),
                () -> false);

    assertThat(happened.subList(0, 4)).containsExactly("inject 1", "inject 2", "heal 1", "heal 2");
    assertThat(done.get(1).remarks()).containsExactly("while number 1 lasted");
  }

  @Test
  void theLoadDoesNotRunAheadByMoreThanOneFault() throws Exception {
    load.upTo(10);
    // The first lasts until the load is held, or is at its end.
    injection =
        () -> {
          load.upTo(100);
          assertThat(load.paused.await(5, TimeUnit.MINUTES)).isTrue();
        };

    List<Done> done =
        running(Map.of())
            .run(
                List.of(planned(1, 10, false), planned(2, 20, false), planned(3, 60, false)),
                () -> false);

    assertThat(done.get(1).acknowledged()).isBetween(60L, 100L);
    assertThat(heldAt.get()).isEqualTo(60);
  }

  @Test
  void theLoadGoesOnAfterARunThatBrokeOff() {
    injection = () -> assertThat(load.paused.await(5, TimeUnit.MINUTES)).isTrue();

    assertThatThrownBy(
            () ->
                running(Map.of(1, "heal"))
                    .run(
                        List.of(
                            planned(1, 10, false), planned(2, 20, false), planned(3, 30, false)),
                        () -> false))
        .isInstanceOf(FaultStuckException.class);

    assertThat(load.paused.getCount()).isZero();
    assertThat(load.held()).isFalse();
  }

  @Test
  void oneThatCannotBeDoneIsHealedAllTheSameAndSaid() throws Exception {
    List<Done> done = running(Map.of(1, "inject")).run(List.of(planned(1, 10, false)), () -> false);

    assertThat(happened).containsExactly("inject 1", "heal 1");
    assertThat(done.get(0).remarks())
        .singleElement()
        .asString()
        .startsWith("could not be done: java.io.IOException: inject");
  }

  @Test
  void oneThatCannotBeHealedEndsTheRunAndTheOthersAreHealed() {
    assertThatThrownBy(
            () ->
                running(Map.of(1, "heal"))
                    .run(
                        List.of(planned(1, 10, true), planned(2, 20, false), planned(3, 30, false)),
                        () -> false))
        .isInstanceOf(FaultStuckException.class)
        .hasMessageStartingWith("number 1, a kind (fault 1), could not be healed: ");

    assertThat(happened).containsExactly("inject 1", "inject 2", "heal 1", "heal 2");
  }

  @Test
  void namesWhatEndedByItselfBeforeItIsStartedAgain() throws Exception {
    ended = List.of("preprocess-2");

    List<Done> done = running(Map.of()).run(List.of(planned(1, 10, false)), () -> false);

    assertThat(done.get(0).remarks()).containsExactly("ended by themselves: preprocess-2");
  }

  @Test
  void namesWhatEndedByItselfBeforeAFaultStartsItAgain() throws Exception {
    ended = List.of("preprocess-2");
    injection = () -> ended = List.of();
    mayEnd = true;

    List<Done> done = running(Map.of()).run(List.of(planned(1, 10, false)), () -> false);

    assertThat(done.get(0).remarks()).containsExactly("ended by themselves: preprocess-2");
  }

  @Test
  void namesWhatEndedByItselfWhileAFaultLasted() throws Exception {
    injection = () -> ended = List.of("preprocess-2");

    List<Done> done = running(Map.of()).run(List.of(planned(1, 10, false)), () -> false);

    assertThat(done.get(0).remarks()).containsExactly("ended by themselves: preprocess-2");
  }

  @Test
  void doesNotBlameWhatAFaultMayEnd() throws Exception {
    injection = () -> ended = List.of("broker-1");
    mayEnd = true;

    List<Done> done = running(Map.of()).run(List.of(planned(1, 10, false)), () -> false);

    assertThat(done.get(0).remarks()).isEmpty();
  }

  private RunningFaults running(Map<Integer, String> failing) {
    return new RunningFaults(
        new Faults(failing), load::look, load, (after, partitions) -> true, line -> {});
  }

  /** Half a second long each. */
  private final class Faults implements FaultChoice {

    private final Map<Integer, String> failing;
    private int number;

    Faults(Map<Integer, String> failing) {
      this.failing = failing;
    }

    @Override
    public List<String> possible() {
      return List.of("a kind");
    }

    @Override
    public Map<String, String> impossible() {
      return Map.of();
    }

    @Override
    public List<String> endedByThemselves() {
      return ended;
    }

    @Override
    public Fault next(String kind, SplittableRandom random) {
      number++;
      return new NotedFault(kind, number, failing.getOrDefault(number, ""));
    }
  }

  private final class NotedFault implements Fault {

    private final String kind;
    private final int number;
    private final String failing;

    NotedFault(String kind, int number, String failing) {
      this.kind = kind;
      this.number = number;
      this.failing = failing;
    }

    @Override
    public String kind() {
      return kind;
    }

    @Override
    public String words() {
      return "fault " + number;
    }

    @Override
    public Optional<String> impossible() {
      return Optional.empty();
    }

    @Override
    public void inject() throws Exception {
      note("inject");
      injection.happens();
    }

    @Override
    public void heal() throws Exception {
      note("heal");
    }

    private void note(String what) throws Exception {
      happened.add(what + " " + number);
      if (failing.equals(what)) {
        throw new IOException(what);
      }
    }

    @Override
    public boolean mayEndProcesses() {
      return mayEnd;
    }

    @Override
    public Optional<Instant> struckAt() {
      return struckAt;
    }

    @Override
    public Duration lasts() {
      return Duration.ofMillis(500);
    }

    @Override
    public Set<TopicPartition> touches() {
      return Set.of();
    }
  }

  private static PlannedFault planned(int number, long place, boolean overlaps) {
    return new PlannedFault(number, place, "a kind", overlaps, number);
  }
}
