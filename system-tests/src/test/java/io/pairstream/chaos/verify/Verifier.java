package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.SentLedger;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.audit.Difference;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Closes the accounts of a run whose producers have ended, once nothing waits any more: every
 * acknowledged record is on its raw topic; every raw record left by exactly one door, for the right
 * reason; and receipts, the live reader and the product's own audit say the same.
 *
 * <p>What an output says is compared with what {@code chaos.yaml} makes of its raw record, but for
 * the pixels, which are compared with those of the other outputs of the same picture. Of a record
 * in quarantine, detail, measured value and limit are held against its receipt alone, and the step
 * against that of others with the same reason: they are no function of the raw record that anybody
 * but the image worker and the topology's stores could tell.
 *
 * <p>For a load that has ended, in a data set from which nothing was taken down, in which nothing
 * was sent again and of which nothing has expired. Reads every topic in full. Memory: about 400
 * bytes per record.
 */
public final class Verifier {

  /** What the product's audit sees as well. */
  private static final Set<Breach> SEEN_BY_AUDIT =
      Set.of(Breach.NO_OUTPUT, Breach.TWICE, Breach.PAIR_TWICE, Breach.SPLIT_LEAK);

  private static final Duration LIVE_COMES_WITHIN = Duration.ofMinutes(4);

  private final Duration patience;

  /** A verifier that waits for a minute. */
  public Verifier() {
    this(Duration.ofSeconds(60));
  }

  /**
   * @param patience how long records may wait, and transactions be open, before they count as such
   */
  public Verifier(Duration patience) {
    this.patience = patience;
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
    Coordinates coordinates = Coordinates.of(cluster);
    Values values = new Values(access);
    Preparation preparation = Preparation.underChaosRecipe();
    Pairs pairs = new Pairs();

    Inputs inputs = new Inputs(cluster, coordinates, values, preparation, pairs, breaches);
    inputs.enter(ledger);
    Undecided.lasting(cluster, patience).forEach(waits -> breaches.add(Breach.UNDECIDED, waits));
    // What is committed becomes readable on one partition after the other; then all of it is.
    OpenTransactions.lasting(cluster, patience)
        .forEach(open -> breaches.add(Breach.OPEN_TRANSACTION, open));
    inputs.checkAllThere(Reading.all(cluster, coordinates.partitions(), inputs::present));

    List<String> doors = LiveReader.outputTopics(cluster);
    List<TopicPartition> doorPartitions = Coordinates.partitions(cluster, doors);
    Outputs outputs =
        new Outputs(
            cluster,
            values,
            preparation,
            new Partitions(doorPartitions),
            coordinates,
            inputs,
            pairs,
            breaches,
            doors);
    LiveCheck liveCheck = new LiveCheck(live, coordinates, breaches, LIVE_COMES_WITHIN);
    Reading.all(
        cluster,
        doorPartitions,
        record -> {
          outputs.take(record);
          liveCheck.take(record);
        });
    outputs.checkAllLeft();
    liveCheck.check();

    List<TopicPartition> receiptPartitions =
        Coordinates.partitions(cluster, List.of(access.topics().receipts().name()));
    Receipts receipts =
        new Receipts(
            cluster,
            values,
            new Partitions(receiptPartitions),
            coordinates,
            inputs,
            outputs,
            pairs,
            breaches);
    Reading.all(cluster, receiptPartitions, receipts::take);
    receipts.check();

    // All that was open has ended by now, so that the audit has nothing to wait for.
    compareWithAudit(cluster, inputs, outputs, breaches);
    return new Verdict(
        inputs.acknowledgedCount(),
        inputs.count(),
        inputs.unsureCount(),
        outputs.counts(),
        breaches.counts(),
        breaches.sentences());
  }

  private static void requireNoTakedowns(Cluster cluster, ClusterAccess access) {
    String takedowns = access.topics().takedowns().name();
    Coordinates topic = Coordinates.over(Coordinates.partitions(cluster, List.of(takedowns)));
    if (topic.ends(cluster).values().stream().anyMatch(end -> end > 0)) {
      throw new IllegalStateException(
          takedowns
              + " is not empty, and these accounts are kept only where nothing was taken down");
    }
  }

  private static void compareWithAudit(
      Cluster cluster, Inputs inputs, Outputs outputs, Breaches breaches) {
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
    if (report.inputs() != inputs.count()) {
      breaches.add(
          Breach.AUDIT,
          "the product's audit counts "
              + report.inputs()
              + " inputs, and there are "
              + inputs.count());
    }
    if (report.passes() && !report.outputs().equals(outputs.counts())) {
      breaches.add(
          Breach.AUDIT,
          "the product's audit counts " + report.outputs() + ", and there are " + outputs.counts());
    }
  }
}
