package io.pairstream.chaos.run;

import io.pairstream.chaos.faults.BrokenPromiseError;
import io.pairstream.chaos.faults.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * Does what a plan says: each fault after its number of acknowledged records and once the one
 * before is healed, except where two overlap; then the second comes in the middle of the first.
 */
final class RunningFaults {

  /** A remark on what no fault is meant to do; names follow. */
  static final String ENDED = "ended by themselves: ";

  /** A remark on what a fault promises and did not keep; what it is follows. */
  static final String BROKEN = "promise broken: ";

  /** What an instance has committed last may be read for as long. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private static final Duration OUTPUTS_WITHIN = Duration.ofSeconds(90);
  private static final long LOOK_MILLIS = 50;
  private static final Duration PLACE_WITHIN = Duration.ofMinutes(30);

  private final FaultChoice choice;
  private final LongSupplier acknowledged;
  private final Gate gate;
  private final Consumer<String> told;
  private final Outputs outputs;
  private final List<Done> done = new ArrayList<>();
  private final List<Ongoing> ongoing = new ArrayList<>();

  /** How many records may be acknowledged before the fault that is due is through. */
  private volatile long farthest = Long.MAX_VALUE;

  /** Holds the producers, so that the load does not run ahead of the plan. */
  interface Gate {
    void pause();

    void resume();
  }

  /** What can be read of the outputs. */
  @FunctionalInterface
  interface Outputs {
    /** Whether each of the raw partitions has had an output after an instant; of none, any. */
    boolean cameAfter(Instant instant, Set<TopicPartition> rawPartitions);
  }

  /** A fault that is over; what followed from it is asked of the reader of outputs. */
  record Done(
      PlannedFault planned,
      String words,
      long acknowledged,
      Instant began,
      Instant healed,
      Set<TopicPartition> touched,
      boolean kills,
      List<String> remarks) {}

  private record Ongoing(
      PlannedFault planned,
      Fault fault,
      String words,
      long acknowledged,
      Instant began,
      Instant until,
      Set<TopicPartition> touched,
      List<String> remarks) {}

  /**
   * @param acknowledged records so far
   * @param told gets a line for each thing that is done
   */
  RunningFaults(
      FaultChoice choice,
      LongSupplier acknowledged,
      Gate gate,
      Outputs outputs,
      Consumer<String> told) {
    this.outputs = outputs;
    this.choice = choice;
    this.acknowledged = acknowledged;
    this.gate = gate;
    this.told = told;
  }

  /**
   * Injects and heals all of them.
   *
   * @param settled whether no further record will be acknowledged
   * @throws FaultStuckException where one could not be healed; nothing after it counts
   */
  List<Done> run(List<PlannedFault> plan, Settled settled) throws InterruptedException {
    Thread keeper = new Thread(this::keepGate, "gate");
    keeper.setDaemon(true);
    keeper.start();
    try {
      for (int i = 0; i < plan.size(); i++) {
        PlannedFault planned = plan.get(i);
        if (ongoing.isEmpty()) {
          awaitPlace(planned, settled);
        }
        farthest = i + 2 < plan.size() ? plan.get(i + 2).afterAcknowledged() : Long.MAX_VALUE;
        begin(planned);
        if (planned.overlapsNext()) {
          Ongoing first = ongoing.get(0);
          awaitUntil(
              first.began().plus(Duration.between(first.began(), first.until()).dividedBy(2)));
        } else {
          healAll();
          awaitOutputs(done.get(done.size() - 1), settled);
        }
      }
    } finally {
      try {
        healAll();
      } finally {
        keeper.interrupt();
        keeper.join();
        gate.resume();
      }
    }
    return done();
  }

  /** Those that are over. */
  List<Done> done() {
    return List.copyOf(done);
  }

  /** Holds the producers while they are as far as the next fault but one, and lets them go on. */
  private void keepGate() {
    try {
      while (true) {
        if (acknowledged.getAsLong() >= farthest) {
          gate.pause();
        } else {
          gate.resume();
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the load is through. */
  interface Settled {
    boolean isThrough();
  }

  private void awaitPlace(PlannedFault planned, Settled settled) throws InterruptedException {
    long deadline = System.nanoTime() + PLACE_WITHIN.toNanos();
    while (acknowledged.getAsLong() < planned.afterAcknowledged() && !settled.isThrough()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "of the %d records before number %d, %d were acknowledged within %d minutes"
                .formatted(
                    planned.afterAcknowledged(),
                    planned.number(),
                    acknowledged.getAsLong(),
                    PLACE_WITHIN.toMinutes()));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private void begin(PlannedFault planned) {
    Fault fault = choice.next(planned.kind(), new SplittableRandom(planned.seed()));
    List<String> remarks = new ArrayList<>();
    ongoing.forEach(other -> remarks.add("while number " + other.planned().number() + " lasted"));
    noteEnded(planned, remarks);
    long after = acknowledged.getAsLong();
    Instant began = Instant.now();
    try {
      fault.inject();
    } catch (Exception | AssertionError e) {
      interrupted(e);
      remarks.add("could not be done: " + e);
    }
    began = fault.struckAt().orElse(began);
    String words = words(fault);
    tell(
        planned,
        after,
        Stream.concat(Stream.of(words), remarks.stream()).collect(Collectors.joining("; ")));
    ongoing.add(
        new Ongoing(
            planned,
            fault,
            words,
            after,
            began,
            began.plus(fault.lasts()),
            Set.copyOf(fault.touches()),
            remarks));
  }

  /** To whom it was done, without its kind, which stands before it. */
  private static String words(Fault fault) {
    String words = fault.words();
    return words.startsWith(fault.kind() + ": ")
        ? words.substring(fault.kind().length() + 2)
        : words;
  }

  private void healAll() throws InterruptedException {
    ongoing.sort(Comparator.comparing(Ongoing::until));
    while (!ongoing.isEmpty()) {
      Ongoing next = ongoing.get(0);
      awaitUntil(next.until());
      heal(next);
      ongoing.remove(0);
    }
  }

  /** So that the next fault does not lengthen what this one did. */
  private void awaitOutputs(Done over, Settled settled) throws InterruptedException {
    long deadline = System.nanoTime() + OUTPUTS_WITHIN.toNanos();
    while (!settled.isThrough()
        && !outputs.cameAfter(over.began().plus(SETTLED), over.touched())
        && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private void heal(Ongoing next) {
    noteEnded(next.planned(), next.remarks());
    try {
      next.fault().heal();
    } catch (BrokenPromiseError e) {
      next.remarks().add(BROKEN + e.getMessage());
      tell(next.planned(), acknowledged.getAsLong(), BROKEN + e.getMessage());
    } catch (Exception | AssertionError e) {
      interrupted(e);
      ongoing.remove(next);
      throw new FaultStuckException(
          "number %d, %s (%s), could not be healed: %s"
              .formatted(next.planned().number(), next.planned().kind(), next.words(), e),
          e);
    }
    Instant healed = Instant.now();
    done.add(
        new Done(
            next.planned(),
            next.words(),
            next.acknowledged(),
            next.began(),
            healed,
            next.touched(),
            next.fault().kills(),
            List.copyOf(next.remarks())));
    tell(
        next.planned(),
        acknowledged.getAsLong(),
        "healed after %.1f s".formatted(Duration.between(next.began(), healed).toMillis() / 1e3));
  }

  /** Before it is done, and before it is healed: both may start again what has ended. */
  private void noteEnded(PlannedFault planned, List<String> remarks) {
    List<String> ended = choice.endedByThemselves();
    boolean expected = ongoing.stream().anyMatch(each -> each.fault().mayEndProcesses());
    String remark = ENDED + String.join(", ", ended);
    if (!ended.isEmpty() && !expected && !remarks.contains(remark)) {
      remarks.add(remark);
      tell(planned, acknowledged.getAsLong(), remark);
    }
  }

  /** A fault's length is part of it: this is no waiting for something else. */
  private static void awaitUntil(Instant until) throws InterruptedException {
    Duration left = Duration.between(Instant.now(), until);
    if (!left.isNegative()) {
      TimeUnit.NANOSECONDS.sleep(left.toNanos());
    }
  }

  private static void interrupted(Throwable thrown) {
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(PlannedFault planned, long after, String what) {
    told.accept("%,9d  #%d %s: %s".formatted(after, planned.number(), planned.kind(), what));
  }

  /** What a fault took could not be given back. */
  static final class FaultStuckException extends RuntimeException {

    private static final long serialVersionUID = 1;

    FaultStuckException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
