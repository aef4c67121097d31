package io.pairstream.chaos.load;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import java.time.Duration;
import java.util.Optional;

/** A producer that sends one record after the other, each until it is settled. */
abstract class Sender implements Runnable {

  static final Duration PAUSE = Duration.ofMillis(200);

  /** One of so many records is sent again although it was taken, where senders do so. */
  private static final int REPEATED_EVERY = 20;

  final Producers producers;
  private final SeededLoad load;
  private final Lane lane;
  private long taken;

  Sender(Producers producers, SeededLoad load, Lane lane) {
    this.producers = producers;
    this.load = load;
    this.lane = lane;
  }

  /** Sends a record once, and notes what is known of it then; empty where that is nothing. */
  abstract Optional<Fate> attempt(SentPair pair) throws InterruptedException;

  /** Whether it forgets now and then that a record was taken. */
  abstract boolean repeats();

  @Override
  public final void run() {
    try {
      while (!producers.isStopped()) {
        long number = producers.isHeld() ? -1 : lane.next();
        if (number < 0) {
          producers.pause(PAUSE);
          continue;
        }
        SentPair pair = load.at(number);
        Optional<Fate> fate = settle(pair);
        if (fate.isPresent()) {
          producers.settled();
        }
        if (repeats()
            && fate.equals(Optional.of(Fate.ACKNOWLEDGED))
            && taken++ % REPEATED_EVERY == 0) {
          Optional<Fate> unused = settle(pair);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Empty where the producers are stopped before. */
  private Optional<Fate> settle(SentPair pair) throws InterruptedException {
    while (!producers.isStopped()) {
      Optional<Fate> fate = attempt(pair);
      if (fate.filter(it -> it != Fate.UNSURE).isPresent()) {
        return fate;
      }
      producers.pause(PAUSE);
    }
    return Optional.empty();
  }
}
