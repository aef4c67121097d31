package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares, once the producers of a run have ended: every acknowledged record is on its raw topic;
 * every raw record has exactly one output, for the right reason; and receipts, the live reader and
 * the product's own audit say the same.
 *
 * <p>For a load that has ended, in a data set from which nothing was taken down, in which nothing
 * was sent again and of which nothing has expired. Reads every topic in full.
 */
public final class Verifier {

  private Verifier() {}

  /**
   * Reads everything and compares.
   *
   * @param partitions number of each topic's partitions
   * @param decidedWithin how long records may wait before they count as undecided
   * @param live what was read during the run
   * @throws AssertionError where a transaction stays open
   */
  public static Verdict verify(
      Cluster cluster,
      int partitions,
      Duration decidedWithin,
      List<LedgerEntry> ledger,
      LiveReader live) {
    ClusterAccess access = new ClusterAccess(cluster);
    TestDataset dataset =
        TestDataset.of(access.dataset(), access.registry(), access.clientSettings());
    int inputs =
        Accounts.rawTopics(access).stream()
            .mapToInt(topic -> dataset.committed(topic).size())
            .sum();
    long deadline = System.nanoTime() + decidedWithin.toNanos();
    while (live.seen().size() < inputs && System.nanoTime() < deadline) {
      Await.pause();
    }
    Verdict verdict =
        new Accounts(access, partitions, recipe())
            .compare(ledger, dataset::committed, () -> live.seen());
    // All that was open has ended by now, so that the audit has nothing to wait for.
    return compared(verdict, new Audit(access, Duration.ZERO).run());
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

  private static Verdict compared(Verdict verdict, AuditReport audit) {
    List<String> differences = new ArrayList<>(verdict.differences());
    audit.details().forEach(found -> differences.add("audit: " + found.sentence()));
    if (audit.inputs() != verdict.inputs() || !audit.outputs().equals(verdict.outputs())) {
      differences.add(
          "the product's audit counts %d inputs and %s, and there are %d and %s"
              .formatted(audit.inputs(), audit.outputs(), verdict.inputs(), verdict.outputs()));
    }
    return new Verdict(
        differences,
        verdict.acknowledged(),
        verdict.inputs(),
        verdict.outputs(),
        verdict.versions());
  }
}
