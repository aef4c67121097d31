package io.pairstream.tools.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedFetcher;
import io.pairstream.service.cluster.PlayedFetcher.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(900)
class LinkAuditTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(2);
  private final PlayedFetcher fetcher = new PlayedFetcher(cluster);
  private Sent fetched;
  private Sent rejected;
  private Sent waiting;
  private Origin pair;
  private Origin waits;

  /** The first link of the host is not finished, so that the others lie above the mark. */
  @BeforeEach
  void play() {
    fetcher.send("a.test", "open");
    fetched = fetcher.send("a.test", "fetched");
    pair = fetcher.transaction(fetched.origin(), List.of(fetcher.pair(fetched))).get(0);
    rejected = fetcher.send("a.test", "rejected");
    fetcher.reject(rejected, "FETCH_GONE");
    waiting = fetcher.send("a.test", "waiting");
    waits = fetcher.letWait(waiting);
  }

  @AfterEach
  void close() {
    fetcher.close();
  }

  @Test
  void passesWhereOneThingBecameOfEachLink() {
    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).isEmpty();
    assertThat(report.links().inputs()).isEqualTo(3);
    assertThat(report.links().fetched()).isEqualTo(1);
    assertThat(report.links().quarantined()).isEqualTo(1);
    assertThat(report.links().waiting()).isEqualTo(1);
    assertThat(report.inputs()).isZero();
    assertThat(report.outputs()).containsEntry(cluster.topics().quarantine().name(), 0L);
  }

  @Test
  void aLinkThatWaitedCountsOnceItIsFetched() {
    fetcher.transaction(waits, List.of(fetcher.pair(waiting)));

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).isEmpty();
    assertThat(report.links().fetched()).isEqualTo(2);
    assertThat(report.links().waiting()).isZero();
  }

  @Test
  void aLinkThatWaitsAgainWaitsOnce() {
    fetcher.transaction(waits, List.of(fetcher.waiting(waiting)));

    AuditReport report = new Audit(cluster).run();

    assertThat(report.details()).isEmpty();
    assertThat(report.links().waiting()).isEqualTo(1);
  }

  @Test
  void findsALinkOfWhichNothingBecame() {
    Sent forgotten = fetcher.send("a.test", "forgotten");
    fetcher.transaction(forgotten.origin(), List.of());

    assertOneDifference(Kind.MISSING, forgotten);
  }

  @Test
  void findsARawPairThatWasDeleted() {
    delete(pair);

    assertOneDifference(Kind.MISSING, fetched);
  }

  @Test
  void findsARawPairThatStandsTwice() {
    TestCluster.send(cluster, fetcher.pair(fetched));

    assertOneDifference(Kind.TWICE, fetched);
  }

  @Test
  void findsALinkThatWaitsTwice() {
    TestCluster.send(cluster, fetcher.waiting(waiting));

    assertOneDifference(Kind.TWICE, waiting);
  }

  @Test
  void findsALinkThatIsFetchedAndInQuarantine() {
    TestCluster.send(cluster, fetcher.rejected(fetched, "FETCH_GONE"));

    assertOneDifference(Kind.IN_TWO_PLACES, fetched);
  }

  @Test
  void findsALinkThatIsFetchedAndWaitsStill() {
    TestCluster.send(cluster, fetcher.pair(waiting));

    assertOneDifference(Kind.IN_TWO_PLACES, waiting);
  }

  @Test
  void findsAWaitingRecordOfNoLink() {
    Sent foreign = new Sent("a.test", fetched.link(), new Origin("another.topic", 0, 0L));
    TestCluster.send(cluster, fetcher.waiting(foreign));

    assertOneDifference(Kind.MISPLACED, foreign);
  }

  @Test
  void passesAgainAndAgainWhileLinksFlow() throws Exception {
    List<AuditReport> reports =
        FlowingAudits.run(
            cluster,
            sent -> {
              Sent link = fetcher.send("b" + sent % 3 + ".test", "flowing " + sent);
              Origin first = fetcher.letWait(link);
              Origin second = fetcher.transaction(first, List.of(fetcher.waiting(link))).get(0);
              fetcher.transaction(
                  second,
                  List.of(
                      sent % 2 == 0
                          ? fetcher.pair(link)
                          : fetcher.rejected(link, "FETCH_TIMEOUT")));
            });

    assertThat(reports).flatExtracting(AuditReport::details).isEmpty();
    assertThat(reports).extracting(report -> report.links().inputs()).isSorted();
  }

  private void assertOneDifference(Kind kind, Sent named) {
    AuditReport report = new Audit(cluster).run();

    assertThat(report.details())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.kind()).isEqualTo(kind);
              assertThat(difference.sentence()).contains(OriginHeader.text(named.origin()));
            });
    assertThat(report.passes()).isFalse();
    assertThat(report.differences()).isEqualTo(1);
  }

  private void delete(Origin record) {
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin
              .deleteRecords(
                  Map.of(
                      new TopicPartition(record.getTopic(), record.getPartition()),
                      RecordsToDelete.beforeOffset(record.getOffset() + 1)))
              .all());
    }
  }
}
