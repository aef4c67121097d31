package io.pairstream.operate.instances;

import static io.pairstream.operate.instances.Played.NOON;
import static io.pairstream.operate.instances.Played.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PlayedLag;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.ReportedObstacle;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.report.SelfReport;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that froze, was cut off or was killed, as the page, {@code doctor} and others tell. */
class SilentInstancesTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final long HERE = ProcessHandle.current().pid();

  private final Instances book = new Instances(Clock.systemUTC());

  @ParameterizedTest
  @CsvSource({"OK, UNKNOWN", "STOP, STOP", "IDLE, IDLE"})
  void aGroupDoesNotKeepUpOnceItsOnlyProcessIsSilent(LagVerdict seen, LagVerdict reported) {
    note("a", NOON, "raw-0", "raw-1");
    GroupLag group = PlayedLag.group("pairs-preprocess", seen, "Stable", 12, true);

    assertThat(beside(NOON.plusSeconds(15)).apply(group)).isEqualTo(group);
    GroupLag silent = beside(NOON.plusSeconds(16)).apply(group);

    assertThat(silent.now().verdict()).isEqualTo(reported);
    assertThat(
            silent.now().sentence().text().contains("(process 7 on host) has not reported since"))
        .isEqualTo(reported != LagVerdict.IDLE);
  }

  /** As a model that works for minutes, dead workers or a full disk; not the picture that waits. */
  @ParameterizedTest
  @CsvSource({"score-0a1b2c3d, score", "preprocess, preprocess", "look-up, preprocess"})
  void theObstacleOfWhoHoldsTheWorstPartitionReplacesTheHead(String group, String service) {
    ReportedObstacle full = new ReportedObstacle("the disk is full", "", List.of());
    InstanceStatus.Builder one = status(service, "a", NOON).setAssigned(List.of("raw-0"));
    book.note("a", one.setObstacles(List.of(full)).build(), NOON);
    book.note("b", status(service, "b", NOON).setAssigned(List.of("raw-1")).build(), NOON);

    GroupLag stalls =
        PlayedLag.group("pairs-" + group, LagVerdict.STALL, "raw")
            .because(Template.AT_THE_HEAD.with(Sentence.verbatim("raw-0 is stuck"), "11 kB JPEG"));

    assertThat(beside(NOON).apply(stalls).now().sentence().text())
        .endsWith("; raw-0 is stuck; " + service + " waits: the disk is full");
  }

  /** Others take over within seconds; before that the silent one's partitions are not read. */
  @Test
  void aSilentProcessIsNamedBesideOthersUntilTheyHaveItsPartitions() {
    note("a", NOON, "raw-0");
    note("b", NOON.plusSeconds(30), "raw-1");
    assertThat(silences(NOON.plusSeconds(30))).contains("process 7");

    note("b", NOON.plusSeconds(31), "raw-0", "raw-1");

    assertThat(silences(NOON.plusSeconds(31))).isEmpty();
  }

  /** The test's own process computes, as one does of which no report comes. */
  @Test
  void onlyAProcessOfThisMachineThatComputesNothingIsNamedWithItsKill() throws IOException {
    Process frozen = new ProcessBuilder("sleep", "600").start();
    try {
      Instant now = Instant.now().plusSeconds(1); // a start is known to a hundredth of a second
      book.note("frozen", here(now).setPid(frozen.pid()).build(), now);
      book.note("alive", here(now).setService("ingest").build(), now);
      othersReport(now, now.plusSeconds(15));
      compute();
      othersReport(now.plusSeconds(20), now.plusSeconds(30));

      String reported = Sentence.joined(silences("preprocess", now.plusSeconds(30))).text();
      assertThat(reported).endsWith(": kill -9 " + frozen.pid());
      reported = Sentence.joined(silences("ingest", now.plusSeconds(30))).text();
      assertThat(reported).contains("process " + HERE).doesNotContain("kill");

      Instant before = now.minus(Duration.ofDays(1)).plusSeconds(50);
      book.note("frozen", here(before).setPid(frozen.pid()).build(), before);
      othersReport(now.plusSeconds(30), now.plusSeconds(59));
      reported = Sentence.joined(silences("preprocess", now.plusSeconds(49))).text();
      assertThat(reported).contains("process " + frozen.pid()).doesNotContain("kill");
    } finally {
      frozen.destroyForcibly();
    }
  }

  /** Brokers, or this machine, stood still: all reports end at once, and come back one by one. */
  @Test
  void noProcessIsBlamedWhileNoReportComesAndUntilAllHadTimeToReportAgain() {
    for (String service : List.of("preprocess", "ingest", "score")) {
      book.note(service, status(service, "a", NOON).build(), NOON);
    }
    othersReport(NOON.minusSeconds(60), NOON);
    Instant back = NOON.plusSeconds(98);
    assertThat(silent(back)).isEmpty();

    book.note("ingest", status("ingest", "a", NOON.plusSeconds(3)).build(), NOON.plusSeconds(3));
    othersReport(back, back.plusSeconds(45));
    assertThat(silent(back.plusSeconds(45))).isEmpty();

    book.note("ingest", status("ingest", "a", back).build(), back.plusSeconds(45));
    othersReport(back.plusSeconds(50), back.plusSeconds(50));
    assertThat(silent(back.plusSeconds(50)))
        .as("while the topic was not read, what comes and goes may have ended")
        .containsExactly("preprocess");
    assertThat(book.at(back.plusSeconds(50))).hasSize(2);
  }

  /** Where even our own reports do not arrive, only our own service is reported. */
  @Test
  void ourOwnSilenceIsReported() {
    book.note("operate", status("operate", "a", NOON).build(), NOON);
    book.note("ingest", status("ingest", "a", NOON).build(), NOON);
    othersReport(NOON, NOON);

    assertThat(silent(NOON.plusSeconds(16))).containsExactly("operate");
    assertThat(silences("operate", NOON.plusSeconds(16))).isEmpty();
  }

  @Test
  void doctorNamesSilentAndWaitingProcessesAndWhereOthersAnswer() {
    ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
    Instant now = Instant.now();
    assertThat(findings(cluster, now)).containsExactly("OK no process reports");
    assertThat(InstanceChecks.whyPairsWait(cluster, Clock.systemUTC()).toString())
        .startsWith("[no preprocess reports; start it: ");

    Metric disagreements =
        new Metric("step_disagreements_total", "COUNTER", "", Map.of("step", "words"), 2.0);
    for (InstanceStatus each :
        List.of(
            here(now.minusSeconds(60)).build(),
            status("preprocess", "waits", now)
                .setObstacles(List.of(new ReportedObstacle("the disk is full", "", List.of())))
                .build(),
            status("preprocess", "works", now)
                .setFacts(Map.of(SelfReport.HEALTH, "http://127.0.0.1:8090"))
                .setAssigned(List.of("raw-1"))
                .setMetrics(List.of(disagreements))
                .build())) {
      String key = "preprocess/" + each.getInstance();
      TestCluster.put(cluster, cluster.topics().instances(), key, each);
    }

    assertThat(findings(cluster, now))
        .anyMatch(said -> said.startsWith("WRONG preprocess ") && said.contains("kill -9 " + HERE))
        .contains(
            "WARNING process 7, release 1, on host (no health address) waits: the disk is full; right: nothing in its way",
            "OK process 7, release 1, on host (http://127.0.0.1:8090): RUNNING, partitions: 1",
            "WRONG process 7: the step words gave two verdicts on one pair, times: 2; right: a verdict that the pair alone decides; fix: its log has both verdicts");
    assertThat(InstanceChecks.whyPairsWait(cluster, Clock.systemUTC())).hasSize(2);
  }

  private static List<String> findings(ClusterAccess cluster, Instant now) {
    return InstanceChecks.look(cluster, Clock.fixed(now, ZoneOffset.UTC)).stream()
        .map(each -> each.level() + " " + each.sentence())
        .toList();
  }

  private static InstanceStatus.Builder here(Instant reportedAt) {
    return status("preprocess", "here", reportedAt)
        .setHost(SelfReport.host())
        .setPid(HERE)
        .setStartedAt(reportedAt.minus(Duration.ofMinutes(1)))
        .setAssigned(List.of("raw-0"));
  }

  private void note(String instance, Instant at, String... assigned) {
    book.note(
        instance, status("preprocess", instance, at).setAssigned(List.of(assigned)).build(), at);
  }

  private static void compute() {
    Optional<Duration> before = ProcessHandle.current().info().totalCpuDuration();
    while (ProcessHandle.current().info().totalCpuDuration().equals(before)) {
      Thread.onSpinWait();
    }
  }

  private void othersReport(Instant from, Instant to) {
    for (Instant at = from; !at.isAfter(to); at = at.plusSeconds(5)) {
      book.hear(at);
    }
  }

  private List<String> silent(Instant now) {
    return book.at(now).stream().filter(Instance::silent).map(Instance::service).toList();
  }

  private String silences(Instant now) {
    return Sentence.joined(silences("preprocess", now)).text();
  }

  private List<Sentence> silences(String service, Instant now) {
    return beside(now).silences(service).toList();
  }

  private ReportingGroups beside(Instant now) {
    return new ReportingGroups(book.at(now), new Dataset("pairs"), now);
  }
}
