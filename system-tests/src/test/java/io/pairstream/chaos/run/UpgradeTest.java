package io.pairstream.chaos.run;

import static io.pairstream.chaos.cluster.NextBuild.UNDER_TEST;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.NextBuild;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.cluster.Trainer;
import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.PlayedWeb;
import io.pairstream.chaos.load.Producers;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentLinks;
import io.pairstream.chaos.verify.LiveReader;
import io.pairstream.chaos.verify.Verdict;
import io.pairstream.chaos.verify.Verifier;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.system.Http;
import io.pairstream.testing.Await;
import io.pairstream.testing.PythonEnvironment;
import io.pairstream.tools.audit.Audit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Services and a trainer go over to a build whose records have a field more and whose steps work
 * otherwise, one after the other in the midst of records, links, answers and kills, as
 * docs/operators.md says, and back again. With {@code -Dupgrade.from=COMMIT} they go from that
 * commit's build to this one.
 */
@Tag("full")
class UpgradeTest {

  private static final long RECORDS = Long.getLong("upgrade.records", 3_000);

  /** Commit of an older build, which goes over to this one; null where a next one is made up. */
  private static final String FROM = System.getProperty("upgrade.from");

  private static final Duration WITHIN = Duration.ofMinutes(40);
  private static final Duration SENT_WITHIN = Duration.ofMinutes(20);
  private static final Duration DECIDED_WITHIN = Duration.ofMinutes(15);

  private static final int LINKS_A_STEP = 2;

  /** Questions that a process that is stopped may have under way. */
  private static final int ASKED_AT_ONCE = 2;

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  @TempDir(factory = ChaosTest.BelowTarget.class, cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final Instant began = Instant.now();

  /** One thing that is done once so many records are acknowledged. */
  private record Step(String name, Runnable work) {}

  @Test
  void nothingIsLostAndNothingIsTwiceOnTheWayToTheNextBuildAndBack() {
    assertTimeoutPreemptively(WITHIN, this::run);
  }

  private void run() throws Exception {
    Path first = FROM == null ? UNDER_TEST : NextBuild.of(FROM, folder.resolve("other"));
    Path next = FROM == null ? NextBuild.in(folder.resolve("other")) : UNDER_TEST;
    tell("the other build is made");
    try (PlayedWeb web = new PlayedWeb();
        ChaosCluster cluster = ChaosCluster.start(folder, first);
        Trainer trainer = cluster.trainer(python());
        LiveReader live = LiveReader.start(cluster.access(), ChaosCluster.PARTITIONS);
        Producers producers =
            Producers.start(
                cluster.access(),
                ChaosCluster.PARTITIONS,
                cluster.ingestAddress(),
                new SeededLoad(7),
                RECORDS)) {
      producers.holdAt(0);
      List<PlatformProcess> others = cluster.startOthers(cards(web));
      SentLinks links = new SentLinks(cluster.ingestAddress(), web);
      List<Step> steps = steps(cluster, others, trainer, next);
      for (int i = 0; i < steps.size(); i++) {
        long after = RECORDS * (i + 1) / (steps.size() + 1);
        producers.holdAt(RECORDS * (i + 2) / (steps.size() + 1));
        assertThat(producers.await(after, SENT_WITHIN)).isTrue();
        links.send(LINKS_A_STEP);
        steps.get(i).work().run();
        if (trainer.hasBegun()) {
          trainer.train(1);
        }
        tell(after + " records: " + steps.get(i).name());
      }
      producers.holdAt(Long.MAX_VALUE);
      assertThat(producers.await(RECORDS, SENT_WITHIN)).isTrue();
      producers.stop();
      links.awaitPublished();

      assertEachIsAnsweredOnce(cluster, web, verify(cluster, producers, links, live));
      assertCatalogueIsRight(cluster);
      assertEachIsSeenOnce(trainer);
      assertThat(cluster.all().stream().filter(PlatformProcess::endedByItself)).isEmpty();
    }
  }

  private Verdict verify(
      ChaosCluster cluster, Producers producers, SentLinks links, LiveReader live) {
    List<LedgerEntry> sent =
        Stream.of(producers.ledger(), links.ledger()).flatMap(List::stream).toList();
    Verdict verdict =
        Verifier.verify(
            cluster.patientAccess(), ChaosCluster.PARTITIONS, DECIDED_WITHIN, sent, live);
    verdict.differences().forEach(this::tell);
    tell(verdict.inWords() + "; by recipe version " + verdict.versions());
    assertThat(verdict.differences()).isEmpty();
    assertThat(producers.unavailableForever()).as("answers of 503 without Retry-After").isZero();
    // Both builds did their share, in records that each of them may have read from the other.
    assertThat(verdict.versions())
        .hasSizeBetween(FROM == null ? 2 : 1, 2)
        .containsKey(Verifier.recipe().version());
    return verdict;
  }

  private void assertEachIsAnsweredOnce(ChaosCluster cluster, PlayedWeb web, Verdict verdict) {
    long published =
        verdict.outputs().entrySet().stream()
            .filter(topic -> !topic.getKey().endsWith(".quarantine"))
            .mapToLong(Map.Entry::getValue)
            .sum();
    Await.until(
        "each published pair has its answer",
        () -> answered(cluster).size() >= published,
        () -> answered(cluster).size() + " of " + published);
    assertThat(answered(cluster)).doesNotHaveDuplicates().hasSize((int) published);
    int questions = web.asked().values().stream().mapToInt(Integer::intValue).sum();
    tell(published + " pairs have an answer, of " + questions + " questions");
    assertThat(questions - web.asked().size()).isBetween(0, 2 * ASKED_AT_ONCE);
  }

  /** Keys of the committed answers about pairs. */
  private static List<String> answered(ChaosCluster cluster) {
    ClusterAccess access = new ClusterAccess(cluster.patientAccess());
    return TestCluster.committed(access, access.topics().pairAnswers().name()).stream()
        .map(record -> new String(record.key(), UTF_8))
        .toList();
  }

  /** Operators see at once what the audit counts. */
  private void assertCatalogueIsRight(ChaosCluster cluster) {
    Await.until(
        "the catalogue is the audit's",
        () -> catalogue(cluster).equals(audited(cluster)),
        () -> catalogue(cluster) + " and " + audited(cluster));
  }

  private static Map<String, Long> audited(ChaosCluster cluster) {
    Map<String, Long> outputs = new TreeMap<>();
    new Audit(new ClusterAccess(cluster.patientAccess()), Duration.ZERO)
        .run()
        .outputs()
        .forEach(
            (topic, count) ->
                outputs.put(
                    topic.substring(topic.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT), count));
    return outputs;
  }

  /** Records by where they stand, as the operators' service counts them. */
  private static Map<String, Long> catalogue(ChaosCluster cluster) {
    Map<String, Long> records = new TreeMap<>();
    JsonNode profile = Http.json(cluster.operateAddress() + "/v1/profile");
    JsonNode board = Http.json(cluster.operateAddress() + "/v1/quarantine");
    if (profile.path("ready").asBoolean() && board.path("ready").asBoolean()) {
      profile
          .at("/counts/status")
          .forEach(each -> records.put(each.path("value").asText(), each.path("count").asLong()));
      records.put("QUARANTINE", board.path("total").asLong());
      records.remove("QUARANTINED");
    }
    return records;
  }

  private void assertEachIsSeenOnce(Trainer trainer) {
    while (!trainer.isOver()) {
      trainer.train(1);
    }
    tell("the trainer has seen " + trainer.seen().size() + " of " + trainer.samples() + " pairs");
    assertThat(trainer.seen()).doesNotHaveDuplicates().hasSize(trainer.samples());
  }

  private static PythonEnvironment python() throws Exception {
    return PythonEnvironment.of(PROJECT.resolve("trainer-feed/python/requirements.txt"));
  }

  private Path cards(PlayedWeb web) throws IOException {
    Path cards = Files.createDirectories(folder.resolve("cards"));
    Files.writeString(
        cards.resolve("describer.yaml"),
        """
        name: describer
        kind: api
        licence: as the provider says
        source: a server of the test
        api:
          base-url: %s/v1
          model: m-1
          prompt: What is there to see?
          requests-per-minute: 6000
          concurrency: %d
        """
            .formatted(web.address(), ASKED_AT_ONCE));
    return cards;
  }

  /** In the order of docs/operators.md, and in the opposite one. */
  private List<Step> steps(
      ChaosCluster cluster, List<PlatformProcess> others, Trainer trainer, Path next) {
    List<PlatformProcess> order = new ArrayList<>(List.of(cluster.registry()));
    order.addAll(cluster.instances());
    order.add(cluster.ingest());
    order.addAll(others);
    List<Step> steps = new ArrayList<>();
    steps.add(new Step("the other build's schemas", () -> cluster.registerSchemasOf(next)));
    steps.addAll(replace(cluster, order, next, "the other build's"));
    steps.add(steps.size() - others.size() - 1, new Step("a trainer begins", trainer::start));
    steps.add(new Step(trainer + " is the other build's", () -> trainer.replaceBy(next)));
    steps.add(new Step("doctor and audit", () -> cluster.check(next)));
    steps.add(
        new Step(
            trainer + " is the first build's again", () -> trainer.replaceBy(cluster.build())));
    Collections.reverse(order);
    steps.addAll(replace(cluster, order, cluster.build(), "the first build's again"));
    steps.add(new Step("doctor and audit", () -> cluster.check(cluster.build())));
    return steps;
  }

  private List<Step> replace(
      ChaosCluster cluster, List<PlatformProcess> order, Path build, String whose) {
    List<Step> steps = new ArrayList<>();
    for (PlatformProcess service : order) {
      steps.add(
          new Step(
              service + " is " + whose,
              () -> {
                service.replaceBy(build);
                if (service.toString().equals("operate")) {
                  assertCatalogueIsRight(cluster);
                }
              }));
      if (service == cluster.instances().get(1)) {
        steps.add(kill(cluster.instances().get(0)));
        steps.add(kill(cluster.instances().get(2)));
      }
    }
    return steps;
  }

  private static Step kill(PlatformProcess instance) {
    return new Step(
        "kill -9 of " + instance,
        () -> {
          instance.kill();
          instance.bringBack();
        });
  }

  private void tell(String line) {
    Duration since = Duration.between(began, Instant.now());
    System.out.printf("upgrade %3d:%02d  %s%n", since.toMinutes(), since.toSecondsPart(), line);
  }
}
