package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.Site;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares, once the producers of a run have ended and nothing waits any more: every acknowledged
 * record is on its raw topic; every raw record has exactly one output, for the right reason; and
 * receipts, the live reader and the product's own audit say the same.
 *
 * <p>For a load that has ended, in a data set from which nothing was taken down, in which nothing
 * was sent again and of which nothing has expired. Reads every topic in full.
 */
public final class Verifier {

  private static final Duration LIVE_COMES_WITHIN = Duration.ofMinutes(4);

  private final Cluster cluster;
  private final Duration decidedWithin;
  private final Duration endedWithin;
  private final Verdict verdict = new Verdict();

  /**
   * @param decidedWithin how long records may wait before they count as undecided
   * @param endedWithin how long transactions may be open after that
   */
  public Verifier(Cluster cluster, Duration decidedWithin, Duration endedWithin) {
    this.cluster = cluster;
    this.decidedWithin = decidedWithin;
    this.endedWithin = endedWithin;
  }

  /**
   * Reads everything and compares.
   *
   * @param live what was read during the run
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry is away
   */
  public Verdict verify(List<LedgerEntry> ledger, LiveReader live) {
    ClusterAccess access = new ClusterAccess(cluster);
    access.requireRegistry();
    try (Reading reading = new Reading(cluster)) {
      untilEmpty(decidedWithin, reading::undecided)
          .forEach((at, count) -> verdict.add(Breach.UNDECIDED, "%s has %d records", at, count));
      untilEmpty(endedWithin, reading::openTransactions)
          .forEach((at, from) -> verdict.add(Breach.OPEN_TRANSACTION, "%s from %d on", at, from));
      Inputs inputs = new Inputs(reading, verdict, ledger);
      reading.all(reading.rawTopics(), inputs::present);
      inputs.check();
      Outputs outputs = new Outputs(reading, inputs, verdict, recipe());
      reading.all(reading.outputTopics(), outputs::take);
      outputs.check();
      Map<Site, String> origins = outputs.origins();
      boolean unused = within(LIVE_COMES_WITHIN, () -> live.count() >= origins.size());
      live.compare(origins, verdict);
      Receipts receipts = new Receipts(reading, inputs, verdict);
      reading.all(List.of(access.topics().receipts().name()), receipts::take);
      receipts.check();
      // All that was open has ended by now, so that the audit has nothing to wait for.
      compareWithAudit(new Audit(access, Duration.ZERO).run());
    }
    return verdict;
  }

  /** Plan of the recipe that goes with the load. */
  public static CleaningPlan recipe() {
    try (InputStream yaml = Verifier.class.getResourceAsStream("/chaos/chaos.yaml")) {
      return new CleaningPlan(
          RecipeReader.parse("chaos.yaml", new String(yaml.readAllBytes(), StandardCharsets.UTF_8)),
          (image, pictures) -> {
            throw new IllegalStateException("captions alone are cleaned here");
          },
          StepObserver.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Remaining records by partition after a while; empty as soon as there is none. */
  private static Map<TopicPartition, Long> untilEmpty(
      Duration limit, Supplier<Map<TopicPartition, Long>> question) {
    boolean none = within(limit, () -> question.get().isEmpty());
    return none ? Map.of() : question.get();
  }

  private static boolean within(Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Await.pause();
    }
    return true;
  }

  private void compareWithAudit(AuditReport report) {
    report
        .details()
        .forEach(
            difference ->
                verdict.add(Breach.AUDIT, "%s: %s", difference.kind(), difference.sentence()));
    boolean seen =
        verdict.count(Breach.NO_OUTPUT, Breach.TWICE, Breach.PAIR_TWICE, Breach.SPLIT_LEAK) > 0;
    if (report.passes() && seen) {
      verdict.add(Breach.AUDIT, "the product's audit passes, and this one does not");
    }
    if (report.inputs() != verdict.inputs()
        || (report.passes() && !report.outputs().equals(verdict.outputs()))) {
      verdict.add(
          Breach.AUDIT,
          "the product's audit counts %d inputs and %s, and there are %d and %s",
          report.inputs(),
          report.outputs(),
          verdict.inputs(),
          verdict.outputs());
    }
  }
}
