package io.pairstream.cli.training;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.run.StatusListen;
import io.pairstream.feed.FeedPosition;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.FeedStats;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.ReadyBatch;
import io.pairstream.schemas.Threads;
import io.pairstream.service.report.Reading;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusReporter;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code pairstream feed}: ready batches as a trainer reads them, one line for each.
 *
 * <p>Its position is shown to the lag display, and never waits for that.
 */
@Command(name = "feed")
public final class FeedCommand extends TrainerCommand {

  @Mixin private FeedOptions options;

  @Mixin private StatusListen status;

  @Option(names = "--max-batches", paramLabel = "N")
  private Long maxBatches;

  /** A batch as JSON. */
  private record Batch(
      long batch,
      int size,
      String imageType,
      List<Integer> imageShape,
      List<Integer> tokenShape,
      List<String> pairIds,
      String firstCaption,
      long samplesPerSecond,
      double dataWaitSeconds,
      @JsonRawValue String position) {

    static Batch of(ReadyBatch batch, FeedStats stats) {
      return new Batch(
          batch.number(),
          batch.size(),
          "uint8",
          batch.imageShape(),
          batch.tokenShape(),
          batch.pairIds(),
          batch.captions().get(0),
          Math.round(stats.samplesPerSecond()),
          stats.dataWait().toMillis() / 1e3,
          batch.position().toJson());
    }
  }

  @Override
  public Integer call() throws Exception {
    requireAtLeast(1, "--max-batches", maxBatches);
    require(
        options.view == null,
        "--view: a view is read in Python: pairstream.Loader(source, \"%s\", batch_size=%d)"
            .formatted(options.view, options.batchSize));
    FeedSettings settings = checked(options::settings);
    FeedSource source = source(split(options.split));
    SelfReport report = new SelfReport("feed", Clock.systemUTC());
    return status.during(() -> feed(source, settings, report), report, err());
  }

  private int feed(FeedSource source, FeedSettings settings, SelfReport report) throws IOException {
    try (PairFeed feed = PairFeed.open(source, settings, options.kept());
        Watch watch = new Watch(feed, report, this::complain);
        StatusReporter reporter =
            StatusReporter.start(
                report, topics().instances(), source.registry(), source.clientSettings())) {
      // A trainer is stopped like a command: the end is an orderly one.
      Runtime.getRuntime().addShutdownHook(new Thread(reporter::close, "stop-report"));
      report.add(reading -> reading.fact("split", source.split().name()));
      if (!options.untilEnd && !json()) {
        say(
            "batches of %d as they fill, from %s; --until-end hands out what is left, Ctrl-C stops"
                + " it",
            options.batchSize, options.begin());
        watch.sayWhatWaits();
      }
      report.stateFrom(() -> SelfReport.State.RUNNING);
      readOut(feed);
    }
    return ExitStatus.DONE;
  }

  private void readOut(PairFeed feed) throws IOException {
    for (long read = 0; maxBatches == null || read < maxBatches; read++) {
      Optional<ReadyBatch> next = feed.next();
      if (next.isEmpty()) {
        break;
      }
      try (ReadyBatch batch = next.get()) {
        Batch printed = Batch.of(batch, feed.stats());
        answer(printed, () -> print(printed));
        options.keep(batch.position());
      }
    }
    if (!json()) {
      FeedStats stats = feed.stats();
      print(
          "%d batch(|es), %d sample(|s), %.0f samples/s; the trainer waited %.1f s for data",
          stats.batches(),
          stats.samples(),
          stats.samplesPerSecond(),
          stats.dataWait().toMillis() / 1e3);
    }
  }

  private void print(Batch batch) {
    print(
        "batch %d: images %s %s, tokens int32 %s, %d samples/s, waited %.1f s; \"%s\"",
        batch.batch(),
        batch.imageType(),
        batch.imageShape(),
        batch.tokenShape(),
        batch.samplesPerSecond(),
        batch.dataWaitSeconds(),
        batch.firstCaption());
  }

  /**
   * Shows a trainer's feed to others: its figures, and, for the lag display alone, its position:
   * soon after it has moved on, also while it waits for more, and never a reason to stop or to
   * wait.
   */
  static final class Watch implements AutoCloseable {

    private static final Duration AGAIN_AFTER = Duration.ofSeconds(30);

    private final PairFeed feed;
    private final Consumer<String> complaints;
    private final ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(Threads.daemons("shown-position"));

    private FeedPosition shown;
    private long notBeforeNanos = System.nanoTime();

    /**
     * Begins to show a feed.
     *
     * @param feed open until this is closed
     * @param complaints hears what cannot be shown
     */
    Watch(PairFeed feed, SelfReport report, Consumer<String> complaints) {
      this.feed = feed;
      this.complaints = complaints;
      this.shown = feed.position();
      report.add(this::read);
      Threads.repeat(clock, Duration.ofSeconds(1), this::showPosition);
    }

    private synchronized void showPosition() {
      FeedPosition now = feed.position();
      if (now.equals(shown) || System.nanoTime() - notBeforeNanos < 0) {
        return;
      }
      try {
        feed.commit();
        shown = now;
      } catch (KafkaException e) {
        notBeforeNanos = System.nanoTime() + AGAIN_AFTER.toNanos();
        complaints.accept("the lag display is behind: " + e.getMessage());
      }
    }

    /** Says once what waits where all is read, and it fills no batch. */
    void sayWhatWaits() {
      AtomicBoolean isSaid = new AtomicBoolean();
      Threads.repeat(
          clock,
          Duration.ofSeconds(1),
          () -> {
            FeedStats stats = feed.stats();
            if (stats.samplesWaiting() == 0
                && stats.samplesInMemory() < stats.batchSamples()
                && !isSaid.getAndSet(true)) {
              complaints.accept(
                  "all is read; samples that wait: %d, a batch needs %d"
                      .formatted(stats.samplesInMemory(), stats.batchSamples()));
            }
          });
    }

    /** Shows where it has ended. */
    @Override
    public void close() {
      clock.shutdown();
      showPosition();
    }

    private void read(Reading reading) {
      FeedStats stats = feed.stats();
      reading
          .counter("feed_batches_total", stats.batches())
          .counter("feed_samples_total", stats.samples())
          .time("feed_data_wait_seconds_total", stats.dataWait())
          .time("feed_slot_wait_seconds_total", stats.slotWait())
          .time("feed_decode_seconds_total", stats.decoding())
          .counter("feed_bytes_total", stats.bytes())
          .gauge("feed_ready_batches", stats.readyBatches())
          .gauge("feed_samples_in_memory", (double) stats.samplesInMemory())
          .gauge("feed_starves_seconds", stats.starvesInSeconds())
          .gauge("feed_takedowns", stats.takedowns())
          .gauge("feed_slots", stats.slots())
          .gauge("feed_batch_samples", stats.batchSamples())
          .gauge("feed_samples_waiting", known(stats.samplesWaiting()));
    }

    private static double known(long number) {
      return number < 0 ? Double.NaN : (double) number;
    }
  }
}
