package io.pairstream.operations.links;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Utils;

/**
 * Sends links that failed once more: as new records on the topic of links, which carry the
 * coordinates of the first in a header.
 *
 * <p>A link is sent again once. Its upload record names the coordinates of its newest record; only
 * where these are still the ones that stand in quarantine, nobody has sent it since. Link and
 * upload record are written in one transaction, and one run at a time is let to: a second ends the
 * first. Takes about 200 bytes for each link in quarantine that is meant.
 */
public final class RetryLinks {

  private static final String STEP = "fetch";
  private static final int LINKS_IN_A_TRANSACTION = 500;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private final Clock clock;

  public RetryLinks(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.topics = cluster.topics();
    this.clock = clock;
  }

  /** What would be sent. */
  public RetryReport count(FailedLinks wanted) {
    cluster.requireRegistry();
    return run(wanted, link -> {});
  }

  /**
   * Sends.
   *
   * @throws KafkaException where the cluster does not take it; what was sent before stands
   */
  public RetryReport send(FailedLinks wanted) {
    cluster.requireRegistry();
    int unused = cluster.registry().idOf(topics.uploads().name() + "-value", Upload.SCHEMA$);
    try (Sender sender = new Sender()) {
      RetryReport report = run(wanted, sender::send);
      sender.commit();
      return report;
    }
  }

  /** A link in quarantine. */
  private record Failed(QuarantinedPair quarantined, PairLink link, String host) {
    String id() {
      return PairIdentity.linkId(link.getUrl(), link.getCaption());
    }

    Origin origin() {
      return quarantined.getOrigin();
    }
  }

  private RetryReport run(FailedLinks wanted, Consumer<Failed> each) {
    Quarantine quarantine = new Quarantine(cluster);
    Choice choice = new Choice(wanted);
    quarantine.forEach(choice::consider);
    choice.dropThoseSentSince();
    Map<String, Long> reasons = new TreeMap<>();
    quarantine.forEach(
        entry ->
            failed(entry)
                .filter(failed -> choice.newest.remove(failed.id(), failed.origin()))
                .ifPresent(
                    failed -> {
                      reasons.merge(failed.quarantined().getReason(), 1L, Long::sum);
                      each.accept(failed);
                    }));
    long sent = reasons.values().stream().mapToLong(Long::longValue).sum();
    return new RetryReport(sent, choice.matching - sent, choice.unusable, reasons);
  }

  /** The newest entry of each link that is meant: of two that failed, one is sent. */
  private final class Choice {

    private final FailedLinks wanted;

    /** By link, the coordinates. */
    private final Map<String, Origin> newest = new HashMap<>();

    /** Entries of one link lie on several partitions, in no order among each other. */
    private final Map<String, Instant> times = new HashMap<>();

    private long matching;
    private long unusable;

    Choice(FailedLinks wanted) {
      this.wanted = wanted;
    }

    void consider(QuarantineEntry entry) {
      if (!isLink(entry.pair())
          || wanted.since().filter(since -> entry.arrivedAt().isBefore(since)).isPresent()
          || wanted
              .reason()
              .filter(reason -> !reason.equals(entry.pair().getReason()))
              .isPresent()) {
        return;
      }
      Optional<Failed> failed = failed(entry);
      if (failed.isEmpty()) {
        unusable++;
      } else if (wanted.host().filter(host -> !host.equals(failed.get().host())).isEmpty()) {
        matching++;
        String id = failed.get().id();
        if (!entry.arrivedAt().isBefore(times.getOrDefault(id, Instant.MIN))) {
          times.put(id, entry.arrivedAt());
          newest.put(id, failed.get().origin());
        }
      }
    }

    void dropThoseSentSince() {
      Map<String, Origin> stands = new HashMap<>();
      try (CommittedLog log = CommittedLog.open(cluster)) {
        log.readAll(
            topics.uploads(),
            (id, read) ->
                read.filter(upload -> newest.containsKey(id))
                    .ifPresent(upload -> stands.put(id, upload.getOrigin())));
      }
      newest
          .entrySet()
          .removeIf(
              one -> !stands.getOrDefault(one.getKey(), one.getValue()).equals(one.getValue()));
    }
  }

  private boolean isLink(QuarantinedPair pair) {
    return pair.getStep().equals(STEP) && pair.getOrigin().getTopic().equals(topics.links().name());
  }

  private Optional<Failed> failed(QuarantineEntry entry) {
    QuarantinedPair pair = entry.pair();
    if (!isLink(pair)) {
      return Optional.empty();
    }
    try {
      return cluster
          .decode(topics.links(), Utils.toNullableArray(pair.getValue()))
          .map(link -> new Failed(pair, link, LinkHost.of(link.getUrl())));
    } catch (InvalidUrlException e) {
      return Optional.empty();
    }
  }

  /** Writes links and their upload records, some hundreds in a transaction. */
  private final class Sender implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Failed> links = new ArrayList<>();
    private final List<Future<RecordMetadata>> sends = new ArrayList<>();

    Sender() {
      producer =
          cluster.transactions(
              cluster.dataset().fetchGroup() + "-retry",
              TIMEOUT,
              Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RecordSizes.MAX_RECORD));
    }

    void send(Failed failed) {
      if (links.isEmpty()) {
        producer.beginTransaction();
      }
      links.add(failed);
      sends.add(producer.send(again(failed)));
      if (links.size() == LINKS_IN_A_TRANSACTION) {
        commit();
      }
    }

    void commit() {
      if (links.isEmpty()) {
        return;
      }
      producer.flush();
      for (int i = 0; i < links.size(); i++) {
        RecordMetadata at = KafkaAnswers.await(sends.get(i));
        var unused =
            producer.send(told(links.get(i), new Origin(at.topic(), at.partition(), at.offset())));
      }
      producer.commitTransaction();
      links.clear();
      sends.clear();
    }

    /** At once: until its time-out an open transaction holds up all readers of its partitions. */
    private void rollBack() {
      try {
        producer.abortTransaction();
      } catch (KafkaException | IllegalStateException e) {
        // The broker is away, or nobody knows whether it has committed: the time-out decides.
      }
    }

    private ProducerRecord<byte[], byte[]> again(Failed failed) {
      QuarantinedPair pair = failed.quarantined();
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              topics.links().name(),
              failed.host().getBytes(StandardCharsets.UTF_8),
              Utils.toArray(pair.getValue()));
      for (Header header : pair.getHeaders()) {
        record.headers().add(header.getKey(), Utils.toNullableArray(header.getValue()));
      }
      OriginHeader.write(record.headers(), pair.getOrigin());
      return record;
    }

    private ProducerRecord<byte[], byte[]> told(Failed failed, Origin at) {
      ProducerRecord<byte[], byte[]> sent = again(failed);
      Upload upload =
          Upload.newBuilder()
              .setId(failed.id())
              .setKind("LINK")
              .setStanding("RECEIVED")
              .setProducer(LinkHeaders.text(sent.headers(), LinkHeaders.PRODUCER))
              .setUrl(failed.link().getUrl())
              .setOrigin(at)
              .setReceivedAt(failed.link().getReceivedAt())
              .setChangedAt(clock.instant())
              .build();
      return new ProducerRecord<>(
          topics.uploads().name(),
          failed.id().getBytes(StandardCharsets.UTF_8),
          topics.uploads().value().serializer().serialize(topics.uploads().name(), upload));
    }

    @Override
    public void close() {
      if (!links.isEmpty()) {
        rollBack();
      }
      producer.close(Duration.ZERO);
    }
  }
}
