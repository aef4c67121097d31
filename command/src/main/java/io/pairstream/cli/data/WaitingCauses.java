package io.pairstream.cli.data;

import io.pairstream.curation.history.DecidedPairs;
import io.pairstream.operate.instances.InstanceChecks;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Says what may be in the way of pairs whose number does not change. Not thread-safe. */
final class WaitingCauses implements LongConsumer {

  private static final String WAITS = "%,d raw pair(|s) wait(s|) to be judged";
  private static final Duration SAID_AFTER = Duration.ofSeconds(30);

  private final LongSupplier nanos;
  private final Supplier<List<String>> causes;
  private final Consumer<String> say;
  private final Set<String> said = new HashSet<>();
  private long last = -1;
  private long since;

  /**
   * @param nanos the time, as {@link System#nanoTime} tells it
   * @param causes asked for every 30 s in which nothing changes
   * @param say receives each cause once
   */
  WaitingCauses(LongSupplier nanos, Supplier<List<String>> causes, Consumer<String> say) {
    this.nanos = nanos;
    this.causes = causes;
    this.say = say;
  }

  /** Waits until nothing waits to be judged, and shows how many do, and after a while why. */
  static DecidedPairs.Counts await(DecidedPairs decided, ClusterAccess cluster, Progress progress) {
    WaitingCauses causes =
        new WaitingCauses(
            System::nanoTime,
            () -> InstanceChecks.whyPairsWait(cluster, Clock.systemUTC()),
            progress::line);
    return decided.await(
        first -> progress.line(TerminalText.format(WAITS, first)),
        left -> {
          progress.show(WAITS, left);
          causes.accept(left);
        });
  }

  /** Notes how many pairs wait. */
  @Override
  public void accept(long left) {
    long now = nanos.getAsLong();
    if (left != last) {
      last = left;
      since = now;
    } else if (now - since >= SAID_AFTER.toNanos()) {
      since = now;
      causes.get().stream().filter(said::add).forEach(say);
    }
  }
}
