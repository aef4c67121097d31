package io.pairstream.operations.links;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
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
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
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
  }

  private RetryReport run(FailedLinks wanted, Consumer<Failed> each) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      // The newest of each link alone: of two that failed, one is sent.
      Map<String, Origin> candidates = new HashMap<>();
      // Entries of one link lie on several partitions, which are read in no order among each other.
      Map<String, Long> times = new HashMap<>();
      long[] unusable = {0};
      long[] matching = {0};
      var quarantine = log.everything(log.partitions(topics.quarantine().name()));
      log.read(
          quarantine,
          record -> {
            if (isMeant(wanted, record)) {
              Optional<Failed> failed = failed(record);
              if (failed.isEmpty()) {
                unusable[0]++;
              } else if (isOfHost(wanted, failed.get())) {
                matching[0]++;
                String id = failed.get().id();
                if (record.timestamp() >= times.getOrDefault(id, Long.MIN_VALUE)) {
                  times.put(id, record.timestamp());
                  candidates.put(id, failed.get().quarantined().getOrigin());
                }
              }
            }
            return true;
          });
      dropThoseSentSince(log, candidates);
      Map<String, Long> reasons = new TreeMap<>();
      log.read(
          quarantine,
          record -> {
            failed(record)
                .filter(
                    failed -> failed.quarantined().getOrigin().equals(candidates.get(failed.id())))
                .ifPresent(
                    failed -> {
                      candidates.remove(failed.id());
                      reasons.merge(failed.quarantined().getReason(), 1L, Long::sum);
                      each.accept(failed);
                    });
            return true;
          });
      long sent = reasons.values().stream().mapToLong(Long::longValue).sum();
      return new RetryReport(sent, matching[0] - sent, unusable[0], reasons);
    }
  }

  private boolean isMeant(FailedLinks wanted, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null
        || wanted.since().filter(since -> record.timestamp() < since.toEpochMilli()).isPresent()) {
      return false;
    }
    return read(topics.quarantine(), record.value())
        .filter(this::isLink)
        .filter(pair -> wanted.reason().isEmpty() || wanted.reason().get().equals(pair.getReason()))
        .isPresent();
  }

  private static boolean isOfHost(FailedLinks wanted, Failed failed) {
    return wanted.host().isEmpty() || wanted.host().get().equals(failed.host());
  }

  private boolean isLink(QuarantinedPair pair) {
    return pair.getStep().equals(STEP) && pair.getOrigin().getTopic().equals(topics.links().name());
  }

  private Optional<Failed> failed(ConsumerRecord<byte[], byte[]> record) {
    Optional<QuarantinedPair> pair =
        record.value() == null
            ? Optional.empty()
            : read(topics.quarantine(), record.value()).filter(this::isLink);
    if (pair.isEmpty() || pair.get().getValue() == null) {
      return Optional.empty();
    }
    Optional<PairLink> link = read(topics.links(), Utils.toArray(pair.get().getValue()));
    try {
      return link.map(found -> new Failed(pair.get(), found, LinkHost.of(found.getUrl())));
    } catch (InvalidUrlException e) {
      return Optional.empty();
    }
  }

  private void dropThoseSentSince(CommittedLog log, Map<String, Origin> candidates) {
    Map<String, Origin> newest = new HashMap<>();
    log.read(
        log.everything(log.partitions(topics.uploads().name())),
        record -> {
          String id = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
          if (record.value() != null && candidates.containsKey(id)) {
            read(topics.uploads(), record.value())
                .ifPresent(upload -> newest.put(id, upload.getOrigin()));
          }
          return true;
        });
    newest.forEach(
        (id, origin) ->
            candidates.computeIfPresent(id, (same, at) -> at.equals(origin) ? at : null));
  }

  /** A value; empty where it cannot be read. */
  private <T> Optional<T> read(Topic<String, T> topic, byte[] value) {
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), value));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }

  /** Writes links and their upload records, some hundreds in a transaction. */
  private final class Sender implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Failed> links = new ArrayList<>();
    private final List<Future<RecordMetadata>> sends = new ArrayList<>();

    Sender() {
      Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
      KafkaTimeouts.transactWithin(settings, TIMEOUT, TIMEOUT);
      settings.put("transactional.id", cluster.dataset().fetchGroup() + "-retry");
      settings.put("max.request.size", RecordSizes.MAX_RECORD);
      producer =
          new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
      try {
        producer.initTransactions();
      } catch (KafkaException e) {
        producer.close(Duration.ZERO);
        throw e;
      }
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
              .setBatchId(LinkHeaders.text(sent.headers(), LinkHeaders.BATCH_ID))
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
