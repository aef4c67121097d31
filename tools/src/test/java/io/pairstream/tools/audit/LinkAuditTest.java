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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LinkAuditTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(2);
  @AutoClose private final PlayedFetcher fetcher = new PlayedFetcher(cluster);
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

  @Test
  void findsEveryFault() {
    delete(pair);
    Sent forgotten = fetcher.send("a.test", "forgotten");
    fetcher.transaction(forgotten.origin(), List.of());
    Sent twice = fetchedLink("twice");
    TestCluster.send(cluster, fetcher.pair(twice));
    Sent alsoRejected = fetchedLink("fetched and in quarantine");
    TestCluster.send(cluster, fetcher.rejected(alsoRejected, "FETCH_GONE"));
    TestCluster.send(cluster, fetcher.waiting(waiting));
    Sent stillWaits = fetcher.send("a.test", "fetched and waits still");
    fetcher.letWait(stillWaits);
    TestCluster.send(cluster, fetcher.pair(stillWaits));
    Sent foreign = new Sent("a.test", fetched.link(), new Origin("another.topic", 0, 0L));
    TestCluster.send(cluster, fetcher.waiting(foreign));

    AuditTest.assertDifferences(
        cluster,
        Map.of(
            text(fetched), Kind.MISSING,
            text(forgotten), Kind.MISSING,
            text(twice), Kind.TWICE,
            text(alsoRejected), Kind.IN_TWO_PLACES,
            text(waiting), Kind.TWICE,
            text(stillWaits), Kind.IN_TWO_PLACES,
            text(foreign), Kind.MISPLACED));
  }

  private Sent fetchedLink(String name) {
    Sent link = fetcher.send("a.test", name.replace(' ', '-'));
    fetcher.transaction(link.origin(), List.of(fetcher.pair(link)));
    return link;
  }

  private static String text(Sent link) {
    return OriginHeader.text(link.origin());
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
