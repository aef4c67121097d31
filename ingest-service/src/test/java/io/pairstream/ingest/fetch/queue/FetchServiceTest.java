package io.pairstream.ingest.fetch.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.FetchResult;
import io.pairstream.ingest.fetch.web.WebFetcher;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.report.SelfReport;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import io.pairstream.testing.PackedBatch;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
class FetchServiceTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** How long an audit looks for what is committed and cannot be seen at first. */
  private static final Duration SEEN_WITHIN = Duration.ofMinutes(1);

  /** An instance that stands still for a while stays in its group, and in its transaction. */
  private static final Map<String, String> STAYING =
      Map.of(
          "session.timeout.ms", "60000",
          "transaction.timeout.ms", "60000",
          "max.block.ms", "120000");

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(4);
  private final SetClock clock = new SetClock();
  private final List<FetchService> services = new ArrayList<>();

  @AfterEach
  void stop() {
    services.forEach(FetchService::close);
  }

  @Test
  void aRawPairSaysWhereItsImageComesFromAndForWhichLink() {
    PairLink link =
        PairLink.newBuilder(pairLink("h.test", "cat"))
            .setLanguage("zh")
            .setMetadata(
                PairMetadata.newBuilder(pairLink("h.test", "cat").getMetadata())
                    .setSourceKind("IMPORTED")
                    .setContributor("ann")
                    .setLicence("CC0-1.0")
                    .setLabels(List.of("dog"))
                    .setReceivedAt(Instant.parse("2026-01-01T00:00:00Z"))
                    .build())
            .setAnnotations(Map.of("shelf", "3", "fetch.status", "forged"))
            .build();
    ProducerRecord<byte[], byte[]> record =
        TestCluster.record(cluster.topics().links(), null, "h.test", link);
    record.headers().add(LinkHeaders.PRODUCER, "app".getBytes(UTF_8));
    new Replay(
            new Origin("pairs.scraped", 0, 1L),
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            List.of("IMAGE_TOO_SMALL"))
        .write(record.headers());
    Origin origin = send(List.of(record)).get(0);

    start(ScriptedFetcher.ofImages());

    auditAfter(1);
    ConsumerRecord<byte[], byte[]> scraped = records(cluster.topics().scraped()).get(0);
    RawPair pair = value(cluster.topics().scraped(), scraped);
    assertThat(LinkHeaders.readLink(scraped.headers())).contains(origin);
    assertThat(scraped.headers().toArray()).as("no claim of a link goes on").hasSize(1);
    assertThat(new String(scraped.key(), UTF_8))
        .isEqualTo(PairIdentity.imageDigest(pair.getImage()));
    assertThat(pair.getCaption()).isEqualTo(link.getCaption());
    assertThat(pair.getLanguage()).isEqualTo("zh");
    assertThat(pair.getMetadata().getSourceKind()).isEqualTo("IMPORTED");
    assertThat(pair.getMetadata().getContributor()).isEqualTo("ann");
    assertThat(pair.getMetadata().getProducer())
        .as("whose key the link was sent with")
        .isEqualTo("app");
    assertThat(pair.getMetadata().getLicence()).isEqualTo("CC0-1.0");
    assertThat(pair.getMetadata().getLabels()).containsExactly("dog");
    assertThat(pair.getMetadata().getUrl()).isEqualTo(link.getMetadata().getUrl());
    assertThat(pair.getMediaType()).isEqualTo("image/jpeg");
    assertThat(pair.getMetadata().getReceivedAt()).isEqualTo(link.getMetadata().getReceivedAt());
    assertThat(pair.getAnnotations())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "shelf", "3",
                "fetch.final_url", link.getMetadata().getUrl() + "#final",
                "fetch.at", "2026-03-04T05:06:07Z",
                "fetch.content_type", "image/jpeg",
                "fetch.status", "200",
                "fetch.redirects", "1",
                "fetch.address", "192.0.2.1",
                "fetch.link", OriginHeader.text(origin)));
    Upload upload = value(cluster.topics().uploads(), records(cluster.topics().uploads()).get(0));
    assertThat(upload.getId())
        .isEqualTo(PairIdentity.linkId(link.getMetadata().getUrl(), link.getCaption()));
    assertThat(upload.getKind()).isEqualTo("LINK");
    assertThat(upload.getStatus()).isEqualTo("FETCHED");
    assertThat(upload.getPairId())
        .isEqualTo(
            PairIdentity.pairId(PairIdentity.imageDigest(pair.getImage()), pair.getCaption()));
    assertThat(upload.getProducer()).isEqualTo("app");
    assertThat(upload.getOrigin()).isEqualTo(origin);
  }

  @Test
  void aDeadLinkGoesToQuarantineAsItCame() {
    ProducerRecord<byte[], byte[]> record = link("h.test", "gone");
    record.headers().add("trace", "7".getBytes(UTF_8));
    record.headers().add(LinkHeaders.PRODUCER, "app".getBytes(UTF_8));
    Origin origin = send(List.of(record)).get(0);

    start(answering(RejectReason.FETCH_GONE, false));

    AuditReport report = auditAfter(1);
    assertThat(report.details()).isEmpty();
    QuarantinedPair quarantined = quarantined().get(0);
    assertThat(quarantined.getValue().array()).isEqualTo(record.value());
    assertThat(quarantined.getKey().array()).isEqualTo("h.test".getBytes(UTF_8));
    assertThat(quarantined.getHeaders())
        .extracting(Header::getKey)
        .containsExactly("trace", LinkHeaders.PRODUCER);
    assertThat(quarantined.getProducer()).isEqualTo("app");
    assertThat(quarantined.getOrigin()).isEqualTo(origin);
    assertThat(quarantined.getStep()).isEqualTo("fetch");
    assertThat(quarantined.getReason()).isEqualTo("FETCH_GONE");
    assertThat(quarantined.getDetail()).isEqualTo("the host says no");
    assertThat(quarantined.getMeasured().getFound()).isEqualTo("500");
    assertThat(quarantined.getMeasured().getAllowed()).isEqualTo("200");
    assertThat(statuses()).containsExactly("FETCH_FAILED");
  }

  @Test
  void aFailureThatMayPassIsTriedAgainWhenItIsDueAndSeldomEnough() {
    List<Origin> origins = send(List.of(link("h.test", "flaky"), link("i.test", "dead")));
    AtomicInteger answers = new AtomicInteger();
    ScriptedFetcher fetcher =
        new ScriptedFetcher(
            url ->
                CompletableFuture.completedFuture(
                    url.contains("flaky") && answers.incrementAndGet() == 3
                        ? ScriptedFetcher.image(url)
                        : ScriptedFetcher.failure(RejectReason.FETCH_TIMEOUT, true)));
    // A link is due again after half a minute, which is not to pass before the test says so.
    clock.slowDown(10);
    FetchService service = start(fetcher);

    until(() -> service.metrics().triedAgain.sum() == 2 && service.metrics().work().notDue() == 2);
    assertThat(service.metrics().work().nextDue())
        .isBetween(clock.instant(), clock.instant().plusSeconds(60));
    AuditReport early = audit();
    for (int attempt = 2; attempt <= RetryPlan.USUAL.attempts(); attempt++) {
      // The third is the last of the flaky one.
      int settled = attempt + Math.min(attempt, 3);
      clock.advance(Duration.ofHours(13));
      until(() -> ended(service.metrics()) == settled);
    }
    AuditReport late = auditAfter(2);

    assertThat(early.details()).isEmpty();
    assertThat(early.links().waiting()).isEqualTo(2);
    assertThat(late.details()).isEmpty();
    assertThat(late.links().fetched()).isEqualTo(1);
    assertThat(late.links().quarantined()).isEqualTo(1);
    assertThat(fetcher.asked())
        .containsEntry("http://h.test/flaky", 3)
        .containsEntry("http://i.test/dead", RetryPlan.USUAL.attempts());
    QuarantinedPair dead = quarantined().get(0);
    assertThat(dead.getOrigin()).isEqualTo(origins.get(1));
    assertThat(dead.getDetail()).contains("attempt 5");
    assertThat(dead.getValue().array()).isEqualTo(link("i.test", "dead").value());
  }

  @Test
  void aLinkInAnotherHostsPartitionIsTakenToItsOwn() {
    List<ProducerRecord<byte[], byte[]>> links = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ProducerRecord<byte[], byte[]> placed = link("h" + i + ".test", "misplaced");
      links.add(
          new ProducerRecord<>(
              placed.topic(), i % 4, i % 3 == 0 ? null : "key".getBytes(UTF_8), placed.value()));
    }
    send(links);

    start(ScriptedFetcher.ofImages());

    AuditReport report = auditAfter(40);
    assertThat(report.details()).isEmpty();
    assertThat(report.links().fetched()).isEqualTo(40);
  }

  @Test
  void whatIsNoLinkGoesToQuarantineAndHoldsNothingUp() {
    String topic = cluster.topics().links().name();
    takePacked(topic); // as a topic may be that another program made
    byte[] nested = link("h.test", "fine").value();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(new ProducerRecord<>(topic, 0, null, (byte[]) null));
    records.add(new ProducerRecord<>(topic, 0, null, new byte[] {1, 2, 3}));
    records.add(new ProducerRecord<>(topic, 0, null, new byte[] {0, 0, 1, (byte) 0xe2, 0x40, 9}));
    byte[] cut = Arrays.copyOf(nested, nested.length / 2);
    records.add(new ProducerRecord<>(topic, 0, null, cut));
    records.add(linkOf("ftp://h.test/a"));
    records.add(linkOf("http://"));
    records.add(linkOf("http://" + "a".repeat(1_000_000) + ".test/"));
    records.add(withHeader(link("h.test", "with a large header"), 2_000_000));
    byte[] largeKey = new byte[2_000_000];
    records.add(new ProducerRecord<>(topic, 0, largeKey, nested));
    records.add(link("h.test", "fine"));
    send(records);
    ProducerRecord<byte[], byte[]> huge = withHeader(link("h.test", "huge"), 20_000_000);
    sendPacked(huge);
    records.add(huge);

    start(ScriptedFetcher.ofImages());

    AuditReport report = auditAfter(records.size());
    assertThat(report.details()).isEmpty();
    assertThat(report.links().fetched()).isEqualTo(1);
    assertThat(quarantined())
        .extracting(QuarantinedPair::getReason)
        .containsExactlyInAnyOrder(
            "UNREADABLE_RECORD",
            "UNREADABLE_RECORD",
            "UNKNOWN_SCHEMA",
            "UNREADABLE_RECORD",
            "FETCH_URL_INVALID",
            "FETCH_URL_INVALID",
            "RECORD_TOO_LARGE",
            "RECORD_TOO_LARGE",
            "RECORD_TOO_LARGE",
            "RECORD_TOO_LARGE");
  }

  /** 1.2 GB; the tests, with their broker, have 1 GiB of heap. */
  @Tag("full")
  @Test
  void aPackedBatchThatUnpacksToMoreThanMemoryEndsNoFetcher() throws IOException {
    TopicPartition links = new TopicPartition(cluster.topics().links().name(), 0);
    PackedBatch batch = PackedBatch.of(150, new byte[8 * 1024 * 1024], Compression.zstd().build());
    assertThat(batch.send(KAFKA.bootstrapServers(), links)).isEqualTo(Errors.NONE);
    send(List.of(link("h.test", "fine")));

    start(ScriptedFetcher.ofImages());

    AuditReport report = auditAfter(151);
    assertThat(report.details()).isEmpty();
    assertThat(report.links().fetched()).isEqualTo(1);
    assertThat(report.links().quarantined()).isEqualTo(150);
  }

  @Test
  void recordsOfManyUnknownSchemasHoldTheirPartitionUpForAMoment() {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int id = 0; id < 150; id++) {
      byte[] value = ByteBuffer.allocate(9).putInt(1, 123_456 + id).array();
      records.add(new ProducerRecord<>(cluster.topics().links().name(), 0, null, value));
    }
    send(records);

    start(ScriptedFetcher.ofImages());

    assertThat(auditAfter(150).links().quarantined()).isEqualTo(150);
  }

  @Test
  void waitingRecordsThatNoFetcherCanHaveWrittenGoToQuarantine() {
    byte[] link = link("h.test", "never").value();
    String links = cluster.topics().links().name();
    Topic<WaitingLink> topic = cluster.topics().waitingLinks();
    List<WaitingLink> none =
        List.of(
            waiting(link, "elsewhere").build(),
            // Twice its origin and the link are more than a record may have.
            waiting(new byte[7_300_000], "t".repeat(2_000_000)).build(),
            waiting(link, links).setDetail("d".repeat(9_800_000)).build());
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    none.forEach(waiting -> records.add(TestCluster.record(topic, 0, "h.test", waiting)));
    records.add(TestCluster.record(topic, 0, "h.test", waiting(link, links).build()));
    send(records);

    FetchService service = start(ScriptedFetcher.ofImages());

    until(
        () ->
            records(cluster.topics().quarantine()).size() == 3
                && !records(cluster.topics().scraped()).isEmpty());
    service.close();
    assertThat(quarantined())
        .allSatisfy(
            pair -> {
              assertThat(pair.getOrigin().getTopic()).isEqualTo(topic.name());
              assertThat(pair.getDetail()).startsWith("no fetcher wrote this record");
            })
        .extracting(QuarantinedPair::getReason)
        .containsExactlyInAnyOrder("UNREADABLE_RECORD", "UNREADABLE_RECORD", "RECORD_TOO_LARGE");
  }

  /** A due waiting-link record. */
  private WaitingLink.Builder waiting(byte[] link, String topic) {
    return WaitingLink.newBuilder()
        .setValue(ByteBuffer.wrap(link))
        .setOrigin(new Origin(topic, 0, 7L))
        .setDueAt(clock.instant());
  }

  @Test
  void aHostThatNeverAnswersHoldsUpNothing() {
    List<ProducerRecord<byte[], byte[]>> links = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      links.add(link("silent.test", "picture" + i));
    }
    for (int i = 0; i < 200; i++) {
      links.add(link("h" + i + ".test", "picture"));
    }
    send(links);
    // What is put off is due again after ten seconds, which are not to pass before the audit.
    clock.slowDown(20);

    FetchService service =
        start(
            new ScriptedFetcher(
                url ->
                    url.contains("silent")
                        ? new CompletableFuture<>()
                        : CompletableFuture.completedFuture(ScriptedFetcher.image(url))));

    until(() -> service.metrics().fetched.sum() == 200);
    int most = HostQueues.WAITING_PER_HOST + 3;
    until(() -> service.metrics().work().notDue() >= 200 - most);
    AuditReport report = auditAfter(200);
    assertThat(report.details()).isEmpty();
    assertThat(report.links().waiting()).isBetween(200L - most, 200L);
    assertThat(service.metrics().work().underWay()).isEqualTo(3);
  }

  @Test
  void aLinkWhoseTurnItIsNotComesBackWithoutAnAttempt() {
    send(List.of(link("h.test", "later")));
    AtomicInteger asked = new AtomicInteger();
    FetchService service =
        start(
            new ScriptedFetcher(
                url ->
                    CompletableFuture.completedFuture(
                        asked.incrementAndGet() < 10
                            ? new FetchResult.Postponed(Duration.ofMinutes(5), "h.test is busy")
                            : ScriptedFetcher.image(url))));

    for (int i = 1; i < 10; i++) {
      int before = i;
      until(() -> isPutOff(service.metrics(), before));
      clock.advance(Duration.ofMinutes(5));
    }

    AuditReport report = auditAfter(1);
    assertThat(report.details()).isEmpty();
    assertThat(report.links().fetched()).isEqualTo(1);
    assertThat(statuses()).containsExactly("FETCHED");
  }

  @Test
  void aLinkWhoseTurnNeverComesIsGivenUp() {
    send(List.of(link("h.test", "never")));
    ScriptedFetcher fetcher =
        new ScriptedFetcher(
            url ->
                CompletableFuture.completedFuture(
                    new FetchResult.Postponed(Duration.ofDays(30), "h.test answers no request")));
    FetchService service = start(fetcher);

    for (int day = 1; service.metrics().quarantined() == 0; day++) {
      int asked = day;
      until(() -> service.metrics().quarantined() == 1 || isPutOff(service.metrics(), asked));
      clock.advance(Duration.ofDays(1).plusSeconds(1));
    }

    assertThat(auditAfter(1).details()).isEmpty();
    assertThat(fetcher.asked().get("http://h.test/never")).isBetween(7, 9);
    assertThat(quarantined().get(0))
        .satisfies(
            given -> {
              assertThat(given.getReason()).isEqualTo("FETCH_TIMEOUT");
              assertThat(given.getDetail()).contains("h.test answers no request");
            });
  }

  @Test
  void whatIsFarFromDueMakesRoomForWhatIsDueBehindIt() {
    int far = FinishedOffsets.MOST_ABOVE + 2_000;
    byte[] link = link("h.test", "picture").value();
    Topic<WaitingLink> topic = cluster.topics().waitingLinks();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i <= far; i++) {
      WaitingLink waiting =
          WaitingLink.newBuilder()
              .setValue(ByteBuffer.wrap(link))
              .setOrigin(new Origin(cluster.topics().links().name(), 0, (long) i))
              .setDueAt(clock.instant().plus(i < far ? Duration.ofHours(20) : Duration.ZERO))
              .build();
      records.add(TestCluster.record(topic, null, "h.test", waiting));
    }
    send(records);

    FetchService service = start(ScriptedFetcher.ofImages());
    until(
        () -> {
          clock.advance(Duration.ofSeconds(31));
          return service.metrics().fetched.sum() == 1;
        });
    service.close();

    ConsumerRecord<byte[], byte[]> last = records(topic).get(far);
    TopicPartition partition = new TopicPartition(last.topic(), last.partition());
    FinishedOffsets finished;
    try (Admin admin = cluster.admin()) {
      finished =
          ClusterAccess.finishedAndSettled(
                  admin, cluster.dataset().fetchGroup(), List.of(partition))
              .get(partition);
    }
    assertThat(
            records(topic).stream()
                .filter(record -> !finished.contains(record.offset()))
                .map(record -> value(topic, record).getOrigin().getOffset()))
        .as("those that still wait, each once")
        .hasSize(far)
        .doesNotHaveDuplicates()
        .doesNotContain((long) far);
  }

  @Test
  void instancesThatComeAndGoLoseNothingAndRepeatNothing() {
    List<ProducerRecord<byte[], byte[]>> links = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      links.add(link("h" + i % 97 + ".test", "picture" + i));
    }
    send(links);
    HeldFetches fetcher = new HeldFetches(5);

    FetchService first = start(fetcher);
    until(() -> fetcher.held() > 200);
    fetcher.letGo(150);
    until(() -> first.metrics().fetched.sum() > 100);
    FetchService second = start(fetcher);
    until(() -> second.metrics().work().underWay() > 50);
    fetcher.letGo(200);
    AuditReport between = audit();
    first.close();
    FetchService third = start(fetcher);
    until(() -> third.metrics().work().underWay() > 50);
    fetcher.letGo(200);
    second.close();
    fetcher.letGoFromNowOn();
    AuditReport report = auditWhen(2000);

    assertThat(between.details()).isEmpty();
    assertThat(report.details()).isEmpty();
    assertThat(report.links().fetched()).isEqualTo(2000);
  }

  /** Attempts whose end is settled, so that a clock that moves on finds them where they belong. */
  private static long ended(FetchMetrics counts) {
    return counts.triedAgain.sum() + counts.fetched.sum() + counts.quarantined();
  }

  /** Whether the only link was put off so often, and waits. */
  private static boolean isPutOff(FetchMetrics counts, int times) {
    return counts.putOff.sum() == times && counts.work().notDue() == 1;
  }

  /** Runs audits, and lets time pass meanwhile, until nothing waits. */
  private AuditReport auditWhen(int fetched) {
    AtomicReference<AuditReport> report = new AtomicReference<>();
    until(
        () -> {
          // Not by hours: within a week of this clock a link is given up.
          clock.advance(Duration.ofMinutes(5));
          report.set(new Audit(cluster).run());
          return report.get().links().fetched() + report.get().links().quarantined() == fetched;
        });
    return settled(report.get());
  }

  /** An audit once so many links are fetched or in quarantine, and nothing is about to be. */
  private AuditReport auditAfter(int ended) {
    until(
        () ->
            services.stream()
                    .map(FetchService::metrics)
                    .mapToLong(counts -> counts.fetched.sum() + counts.quarantined())
                    .sum()
                >= ended);
    AtomicReference<AuditReport> report = new AtomicReference<>();
    until(
        () -> {
          report.set(new Audit(cluster).run());
          return report.get().links().fetched() + report.get().links().quarantined() == ended;
        });
    return settled(report.get());
  }

  private AuditReport audit() {
    return settled(new Audit(cluster).run());
  }

  /** Looks again, and for longer, where something was not seen in time. */
  private AuditReport settled(AuditReport report) {
    return report.details().isEmpty() ? report : new Audit(cluster, SEEN_WITHIN).run();
  }

  private FetchService start(WebFetcher fetcher) {
    return start(fetcher, Map.of());
  }

  private FetchService start(WebFetcher fetcher, Map<String, String> kafkaSettings) {
    Map<String, String> clients = new HashMap<>(LongTimeouts.TIMEOUT);
    clients.putAll(STAYING);
    clients.putAll(kafkaSettings);
    Cluster where = KAFKA.cluster(cluster, clients);
    FetchService.Settings settings = new FetchService.Settings(where, 2000, 3, RetryPlan.USUAL);
    FetchService service =
        new FetchService(
            settings,
            fetcher,
            clock.withZone(ZoneOffset.UTC),
            new SelfReport("fetch", clock.withZone(ZoneOffset.UTC)));
    services.add(service);
    return service;
  }

  private static ScriptedFetcher answering(RejectReason reason, boolean retryable) {
    return new ScriptedFetcher(
        url -> CompletableFuture.completedFuture(ScriptedFetcher.failure(reason, retryable)));
  }

  private static PairLink pairLink(String host, String name) {
    return PairLink.newBuilder()
        .setMetadata(PairMetadata.newBuilder().setUrl("http://" + host + "/" + name).build())
        .setCaption("caption of " + name)
        .build();
  }

  private ProducerRecord<byte[], byte[]> link(String host, String name) {
    return TestCluster.record(cluster.topics().links(), null, host, pairLink(host, name));
  }

  private ProducerRecord<byte[], byte[]> linkOf(String url) {
    return TestCluster.record(
        cluster.topics().links(),
        0,
        "h.test",
        PairLink.newBuilder()
            .setMetadata(PairMetadata.newBuilder().setUrl(url).build())
            .setCaption("caption")
            .build());
  }

  private List<Origin> send(List<ProducerRecord<byte[], byte[]>> records) {
    List<Origin> origins = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "")) {
      for (var sent : records.stream().map(producer::send).toList()) {
        RecordMetadata at = TestCluster.acknowledged(sent);
        origins.add(new Origin(at.topic(), at.partition(), at.offset()));
      }
    }
    return origins;
  }

  private static ProducerRecord<byte[], byte[]> withHeader(
      ProducerRecord<byte[], byte[]> record, int bytes) {
    record.headers().add("trace", new byte[bytes]);
    return record;
  }

  /** Lets a topic take a record that unpacks to so much. */
  private void takePacked(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    ConfigEntry entry =
        new ConfigEntry(
            TopicConfig.MAX_DECOMPRESSED_MESSAGE_BYTES_CONFIG, String.valueOf(64_000_000));
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin
              .incrementalAlterConfigs(
                  Map.of(resource, List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
              .all());
    }
  }

  /** Sends a record that is small while it is packed. */
  private void sendPacked(ProducerRecord<byte[], byte[]> record) {
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    settings.put("max.request.size", 64_000_000);
    settings.put("compression.type", "gzip");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      TestCluster.acknowledged(producer.send(record));
    }
  }

  private List<String> statuses() {
    Map<String, String> last = new HashMap<>();
    records(cluster.topics().uploads())
        .forEach(
            record ->
                last.put(
                    new String(record.key(), UTF_8),
                    value(cluster.topics().uploads(), record).getStatus()));
    return List.copyOf(last.values());
  }

  private List<ConsumerRecord<byte[], byte[]>> records(Topic<?> topic) {
    return TestCluster.committed(cluster, topic.name());
  }

  private List<QuarantinedPair> quarantined() {
    return TestCluster.committedValues(cluster, cluster.topics().quarantine());
  }

  private static <T> T value(Topic<T> topic, ConsumerRecord<byte[], byte[]> record) {
    return topic.read(record.value());
  }

  private static void until(BooleanSupplier condition) {
    Await.until("in time", condition::getAsBoolean, () -> "no");
  }

  /**
   * Real time, and what a test adds to it. It never stands still: what cannot be read yet is read
   * again a moment later by this clock.
   */
  private static final class SetClock implements InstantSource {

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final Instant begun = Instant.now();
    private volatile int slowness = 1;

    /** Lets real time pass so many times more slowly; for before anybody looks at the clock. */
    void slowDown(int times) {
      slowness = times;
    }

    void advance(Duration by) {
      ahead.updateAndGet(before -> before.plus(by));
    }

    @Override
    public Instant instant() {
      Duration passed = Duration.between(begun, Instant.now());
      return begun.plus(passed.dividedBy(slowness)).plus(ahead.get());
    }
  }
}
