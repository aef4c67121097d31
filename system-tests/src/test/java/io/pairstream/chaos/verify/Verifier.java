package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.SentLedger;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.audit.Difference;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares, once the producers of a run have ended and nothing waits any more: every acknowledged
 * record is on its raw topic; every raw record has exactly one output, for the right reason; and
 * receipts, the live reader and the product's own audit say the same.
 *
 * <p>What an output says is compared with what {@code chaos.yaml} makes of its raw record, but for
 * the pixels, which are compared with those of the other outputs of the same picture. Of a record
 * in quarantine, detail, measured value and limit are held against its receipt alone, and the step
 * against that of others with the same reason: they are no function of the raw record that anybody
 * but the image worker and the topology's stores could tell.
 *
 * <p>For a load that has ended, in a data set from which nothing was taken down, in which nothing
 * was sent again and of which nothing has expired. Reads every topic in full. Memory: a few
 * kilobytes per record.
 */
public final class Verifier {

  /** What the product's audit sees as well. */
  private static final Set<Breach> SEEN_BY_AUDIT =
      Set.of(Breach.NO_OUTPUT, Breach.TWICE, Breach.PAIR_TWICE, Breach.SPLIT_LEAK);

  private static final Duration LIVE_COMES_WITHIN = Duration.ofMinutes(4);

  private final Duration decidedWithin;
  private final Duration endedWithin;

  /**
   * @param decidedWithin how long records may wait before they count as undecided
   * @param endedWithin how long transactions may be open after that
   */
  public Verifier(Duration decidedWithin, Duration endedWithin) {
    this.decidedWithin = decidedWithin;
    this.endedWithin = endedWithin;
  }

  /**
   * Reads everything and compares.
   *
   * @param live what was read during the run, if anybody did
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry is away
   * @throws IllegalStateException where something was taken down, or where no more records come
   */
  public Verdict verify(Cluster cluster, SentLedger ledger, Optional<LiveReader> live) {
    ClusterAccess access = new ClusterAccess(cluster);
    // A record that cannot be read is to blame only where the registry is there.
    access.requireRegistry();
    requireNoTakedowns(cluster, access);
    Breaches breaches = new Breaches();
    Values values = new Values(access);
    Preparation preparation = Preparation.underChaosRecipe();

    Inputs inputs = new Inputs(values, preparation, breaches);
    inputs.enter(ledger);
    Undecided.lasting(cluster, decidedWithin)
        .forEach(waits -> breaches.add(Breach.UNDECIDED, waits));
    // What is committed becomes readable on one partition after the other; then all of it is.
    OpenTransactions.lasting(cluster, endedWithin)
        .forEach(open -> breaches.add(Breach.OPEN_TRANSACTION, open));
    List<TopicPartition> raw = Reading.partitions(cluster, Reading.rawTopics(cluster));
    inputs.checkAllThere(Reading.all(cluster, raw, inputs::present));

    List<String> topics = Reading.outputTopics(cluster);
    List<TopicPartition> partitions = Reading.partitions(cluster, topics);
    Outputs outputs = new Outputs(values, preparation, inputs, breaches, topics, partitions);
    Map<Site, String> there = new LinkedHashMap<>();
    var unused =
        Reading.all(
            cluster,
            partitions,
            record -> {
              outputs.take(record);
              there.put(Site.of(record), LiveReader.origin(record));
            });
    outputs.checkAllLeft();
    live.ifPresent(reader -> compare(reader, there, breaches));

    List<TopicPartition> ofReceipts =
        Reading.partitions(cluster, List.of(access.topics().receipts().name()));
    Receipts receipts = new Receipts(values, ofReceipts.size(), inputs, breaches);
    unused = Reading.all(cluster, ofReceipts, receipts::take);
    receipts.check();

    // All that was open has ended by now, so that the audit has nothing to wait for.
    compareWithAudit(cluster, inputs.all().size(), outputs, breaches);
    return new Verdict(
        inputs.acknowledgedCount(),
        inputs.all().size(),
        inputs.unsureCount(),
        outputs.counts(),
        breaches.counts(),
        breaches.sentences());
  }

  private static void compare(LiveReader live, Map<Site, String> there, Breaches breaches) {
    try {
      boolean unused = live.awaitOutputs(there.size(), LIVE_COMES_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    live.compare(there, breaches);
  }

  private static void requireNoTakedowns(Cluster cluster, ClusterAccess access) {
    String takedowns = access.topics().takedowns().name();
    List<TopicPartition> partitions = Reading.partitions(cluster, List.of(takedowns));
    List<Site> found = new ArrayList<>();
    var unused = Reading.all(cluster, partitions, record -> found.add(Site.of(record)));
    if (!found.isEmpty()) {
      throw new IllegalStateException(
          takedowns
              + " is not empty, and these accounts are kept only where nothing was taken down");
    }
  }

  private static void compareWithAudit(
      Cluster cluster, long inputs, Outputs outputs, Breaches breaches) {
    boolean seen = SEEN_BY_AUDIT.stream().anyMatch(breaches::any);
    AuditReport report;
    try {
      report = new Audit(new ClusterAccess(cluster), Duration.ZERO).run();
    } catch (ClassCastException | StackOverflowError e) {
      // Of a value that nobody can read; which one, is said already.
      breaches.add(Breach.AUDIT, "the product's audit ends with " + e);
      return;
    }
    for (Difference difference : report.details()) {
      breaches.add(Breach.AUDIT, difference.kind() + ": " + difference.sentence());
    }
    if (report.passes() && seen) {
      breaches.add(Breach.AUDIT, "the product's audit passes, and this one does not");
    }
    if (report.inputs() != inputs) {
      breaches.add(
          Breach.AUDIT,
          "the product's audit counts " + report.inputs() + " inputs, and there are " + inputs);
    }
    if (report.passes() && !report.outputs().equals(outputs.counts())) {
      breaches.add(
          Breach.AUDIT,
          "the product's audit counts " + report.outputs() + ", and there are " + outputs.counts());
    }
  }
}
