package io.pairstream.operations.links;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.PlayedFetcher;
import io.pairstream.operations.PlayedFetcher.Sent;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
class RetryLinksTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final FailedLinks ALL =
      new FailedLinks(Optional.empty(), Optional.empty(), Optional.empty());

  private final ClusterAccess cluster = KAFKA.dataset(2);
  private final PlayedFetcher fetcher = new PlayedFetcher(cluster);
  private final RetryLinks retry = new RetryLinks(cluster, Clock.systemUTC());
  private Sent gone;
  private Sent slow;

  @BeforeEach
  void play() {
    gone = fail("a.test", "gone", "FETCH_GONE");
    slow = fail("b.test", "slow", "FETCH_TIMEOUT");
    Sent fetched = fetcher.send("a.test", "fetched");
    fetcher.transaction(fetched.origin(), List.of(fetcher.pair(fetched)));
  }

  @AfterEach
  void close() {
    fetcher.close();
  }

  @Test
  void sendsWhatFailedAgainAsItCameAndSaysWhereItComesFrom() {
    RetryReport report = retry.send(ALL);

    assertThat(report)
        .isEqualTo(new RetryReport(2, 0, 0, Map.of("FETCH_GONE", 1L, "FETCH_TIMEOUT", 1L)));
    List<ConsumerRecord<byte[], byte[]>> again = again();
    assertThat(again)
        .extracting(record -> OriginHeader.read(record.headers()).orElseThrow())
        .containsExactlyInAnyOrder(gone.origin(), slow.origin());
    assertThat(again)
        .extracting(
            record ->
                cluster.topics().links().value().deserializer().deserialize("", record.value()))
        .containsExactlyInAnyOrder(gone.link(), slow.link());
    Upload upload = uploadOf(gone);
    assertThat(upload.getStanding()).isEqualTo("RECEIVED");
    assertThat(upload.getOrigin()).isNotEqualTo(gone.origin());
    AuditReport audit = new Audit(cluster).run();
    assertThat(audit.details()).isEmpty();
    assertThat(audit.links().quarantined()).isEqualTo(2);
  }

  @Test
  void sendsALinkOnce() {
    retry.send(ALL);

    RetryReport second = retry.send(ALL);

    assertThat(second.sent()).isZero();
    assertThat(second.elsewhere()).isEqualTo(2);
    assertThat(again()).hasSize(2);
  }

  @Test
  void sendsALinkThatFailedAgainOnceMore() {
    retry.send(ALL);
    ConsumerRecord<byte[], byte[]> again =
        again().stream()
            .filter(r -> OriginHeader.read(r.headers()).orElseThrow().equals(slow.origin()))
            .findFirst()
            .orElseThrow();
    failed(
        new Sent(
            "b.test", slow.link(), new Origin(again.topic(), again.partition(), again.offset())),
        "FETCH_TIMEOUT");

    RetryReport report = retry.send(ALL);

    assertThat(report.sent()).isEqualTo(1);
    assertThat(again()).hasSize(3);
  }

  @Test
  void leavesALinkAloneThatCameAgainByItself() {
    Sent copy = fetcher.send("b.test", "slow");
    fetcher.transaction(copy.origin(), List.of(fetcher.pair(copy), upload(copy, "FETCHED")));

    RetryReport report = retry.send(ALL);

    assertThat(report.reasons()).containsOnlyKeys("FETCH_GONE");
    assertThat(report.elsewhere()).isEqualTo(1);
  }

  @Test
  void sendsOnlyWhatIsMeant() {
    assertThat(retry.count(meant("FETCH_TIMEOUT", null, null)).reasons())
        .containsOnlyKeys("FETCH_TIMEOUT");
    assertThat(retry.count(meant(null, "a.test", null)).reasons()).containsOnlyKeys("FETCH_GONE");
    assertThat(retry.count(meant("FETCH_TIMEOUT", "a.test", null)).sent()).isZero();
    assertThat(retry.count(meant(null, null, Instant.now().plusSeconds(60))).sent()).isZero();
    assertThat(retry.count(meant(null, null, Instant.now().minusSeconds(600))).sent()).isEqualTo(2);
  }

  private static FailedLinks meant(String reason, String host, Instant since) {
    return new FailedLinks(
        Optional.ofNullable(reason), Optional.ofNullable(host), Optional.ofNullable(since));
  }

  private Sent fail(String host, String name, String reason) {
    Sent sent = fetcher.send(host, name);
    failed(sent, reason);
    return sent;
  }

  private void failed(Sent sent, String reason) {
    fetcher.transaction(
        sent.origin(), List.of(fetcher.rejected(sent, reason), upload(sent, "FETCH_FAILED")));
  }

  private ProducerRecord<byte[], byte[]> upload(Sent sent, String standing) {
    String id = PairIdentity.linkId(sent.link().getUrl(), sent.link().getCaption());
    return TestCluster.record(
        cluster.topics().uploads(),
        null,
        id,
        Upload.newBuilder()
            .setId(id)
            .setKind("LINK")
            .setStanding(standing)
            .setOrigin(sent.origin())
            .build());
  }

  /** Links that carry the coordinates of another. */
  private List<ConsumerRecord<byte[], byte[]>> again() {
    return records(cluster.topics().links()).stream()
        .filter(record -> OriginHeader.read(record.headers()).isPresent())
        .toList();
  }

  private Upload uploadOf(Sent sent) {
    String id = PairIdentity.linkId(sent.link().getUrl(), sent.link().getCaption());
    return records(cluster.topics().uploads()).stream()
        .map(r -> cluster.topics().uploads().value().deserializer().deserialize("", r.value()))
        .filter(upload -> upload.getId().equals(id))
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  private List<ConsumerRecord<byte[], byte[]>> records(Topic<String, ?> topic) {
    return TestCluster.committed(cluster, topic.name());
  }
}
