package io.pairstream.operate.instances;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.Durations;
import io.pairstream.schemas.InstanceStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * When the trainer starves: what is ready for it, and what waits in the topic, against the rate at
 * which it takes batches and that at which new pairs come.
 *
 * @param connected whether a feed reports
 * @param readyBatches batches that are prepared; NaN where not known
 * @param batchesPerSecond that the trainer takes; NaN where not known
 * @param starvesInSeconds until nothing is left at these rates; NaN where that never comes or is
 *     not known
 * @param dataWaitShare share of its time that the trainer waited for data of late, 0 to 1; NaN
 *     where not known
 * @param sentence all that in words
 */
record TrainerClock(
    boolean connected,
    double readyBatches,
    double batchesPerSecond,
    double starvesInSeconds,
    double dataWaitShare,
    Sentence sentence) {

  /**
   * A trainer that waits more of its time than this starves now, whatever the rates say, unless it
   * has read everything. The alert {@code PairstreamTrainerStarves} has the same terms.
   */
  private static final double STARVES_NOW = 0.5;

  private static final Duration BEGINNING = Duration.ofMinutes(2);

  /**
   * The clock of the trainer that starves first.
   *
   * @param instances all processes
   * @param pairsPerSecond new training pairs per second; NaN where not known
   * @param lastSeen where a trainer was last, which is said where no feed reports; null where that
   *     is not known
   */
  static TrainerClock of(List<Instance> instances, double pairsPerSecond, Sentence lastSeen) {
    Sentence none = Template.NO_TRAINER.with();
    Sentence words = lastSeen == null ? none : Template.AND.with(none, lastSeen);
    return instances.stream()
        .filter(instance -> instance.service().equals("feed") && !instance.silent())
        .map(feed -> of(feed, pairsPerSecond))
        // NaN comes behind all numbers.
        .min(Comparator.comparingDouble(clock -> clock.starvesInSeconds))
        .orElse(new TrainerClock(false, Double.NaN, Double.NaN, Double.NaN, Double.NaN, words));
  }

  private static TrainerClock of(Instance feed, double pairsPerSecond) {
    double ready = feed.value("feed_ready_batches");
    double rate = feed.rate("feed_batches_total");
    double wait = feed.rate("feed_data_wait_seconds_total");
    double share = Double.isNaN(wait) ? Double.NaN : Math.min(1, wait);
    double batchSize = feed.value("feed_batch_samples");
    TrainerClock clock =
        new TrainerClock(true, ready, rate, Double.NaN, share, Template.TRAINER_BEGAN.with());
    if (Double.isNaN(rate) || hasJustBegun(feed)) {
      return clock;
    }
    double waiting = feed.value("feed_samples_waiting");
    if (ready < 1 && waiting < batchSize) {
      return clock.with(Double.NaN, Template.TRAINER_HAS_ALL.with());
    }
    if (ready < 1 && share > STARVES_NOW) {
      return clock.with(0, Template.TRAINER_STARVES.with(Math.round(100 * share)));
    }
    if (rate <= 0) {
      return clock.with(Double.NaN, Template.TRAINER_RESTS.with());
    }
    if (Double.isNaN(waiting)) {
      // Over a view nothing waits in a topic, and the feed itself knows: new pairs change nothing,
      // and what it has yet to load is there.
      double starves = feed.value("feed_starves_seconds");
      return Double.isNaN(starves)
          ? clock.with(starves, Template.FEED_LOADS.with(words(ready)))
          : clock.starvingIn(starves);
    }
    double refill = Double.isNaN(pairsPerSecond) ? 0 : pairsPerSecond / batchSize;
    return refill >= rate
        ? clock.with(Double.NaN, Template.PAIRS_COME.with(words(ready)))
        : clock.starvingIn((ready + waiting / batchSize) / (rate - refill));
  }

  /** While everything starts, a trainer that has had no batch yet does not starve. */
  private static boolean hasJustBegun(Instance feed) {
    InstanceStatus status = feed.status();
    return !(feed.value("feed_batches_total") > 0)
        && status.getReportedAt().isBefore(status.getStartedAt().plus(BEGINNING));
  }

  private TrainerClock starvingIn(double seconds) {
    return with(seconds, Template.STARVES_IN.with(words(readyBatches), Durations.inWords(seconds)));
  }

  private TrainerClock with(double seconds, Sentence words) {
    return new TrainerClock(true, readyBatches, batchesPerSecond, seconds, dataWaitShare, words);
  }

  private static Sentence words(double ready) {
    return (ready >= 1 ? Template.BATCHES_WAIT : Template.NO_BATCH).with();
  }
}
