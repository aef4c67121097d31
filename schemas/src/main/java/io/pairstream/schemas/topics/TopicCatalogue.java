package io.pairstream.schemas.topics;

import io.pairstream.schemas.Action;
import io.pairstream.schemas.ApiKey;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.RunExtent;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.ViewSegment;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.WaitingPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Every topic of a data set, in one place: the public ones and the topology's named internal ones.
 *
 * @param partitions partitions of each topic; equal for all, so that all copies of an image meet in
 *     one task. Topics whose records have one order alone have one
 */
public record TopicCatalogue(Dataset dataset, int partitions) {

  /** Partitions of each topic where nothing else is asked for. */
  public static final int DEFAULT_PARTITIONS = 4;

  public static final String CROWDSOURCED = "crowdsourced";
  public static final String SCRAPED = "scraped";
  public static final String LINKS = "links";
  public static final String TRAINING = "training";
  public static final String VALIDATION = "validation";
  public static final String TEST = "test";
  public static final String QUARANTINE = "quarantine";

  /** Where each published pair is, and what can be asked of it without its image. */
  public static final String INDEX = "index";

  public static final String RECEIPTS = "receipts";
  public static final String TAKEDOWNS = "takedowns";

  /** Links that are to be tried again, with the time at which they are due. */
  public static final String WAITING_LINKS = "waiting-links";

  /** Pairs and links accepted by the ingest APIs, by id. */
  public static final String UPLOADS = "uploads";

  /** API keys, by the digests of their secrets. */
  public static final String API_KEYS = "api-keys";

  /** Status reports of running processes. */
  public static final String INSTANCES = "instances";

  /** People's decisions about pairs in quarantine. */
  public static final String REVIEWS = "reviews";

  /** Audit trail of people's actions. */
  public static final String ACTIONS = "actions";

  /** Which pairs named views hold. */
  public static final String VIEWS = "views";

  /** How much of a growing view each epoch of a run covers. */
  public static final String RUNS = "runs";

  /** The topic of all data sets' schemas, whole, on a cluster where our registry runs. */
  public static final String SCHEMAS = "pairstream-schemas";

  /**
   * Name of the topology's repartition, which brings misplaced raw records to their image's task.
   */
  public static final String BY_IMAGE = "by-image";

  /** Name of the topology's store of receipts. */
  public static final String STANDINGS_STORE = "standings";

  /** Name of the topology's store of takedowns. */
  public static final String TAKEDOWNS_STORE = "takedowns";

  /**
   * Name of the topology's repartition, which brings takedowns to the tasks that carry them out.
   */
  public static final String TAKEDOWNS_BY_IMAGE = "takedowns-by-image";

  /** New pictures, which are looked up among all earlier ones. */
  public static final String FINGERPRINTS = "fingerprints";

  /** Results of the look-ups of new pictures. */
  public static final String FINDINGS = "findings";

  /** Name of the store of the pictures among which is looked up. */
  public static final String PICTURES_STORE = "pictures";

  /** Name of the topology's store of pairs whose picture is being looked up. */
  public static final String WAITING_PAIRS_STORE = "waiting-pairs";

  /** How long the audit trail goes back. */
  public static final Duration ACTIONS_KEPT = Duration.ofDays(365);

  private static final Duration A_YEAR = Duration.ofDays(365);

  /**
   * Cleanup that keeps each key's last record. A tombstone outlives the longest stop of a reader,
   * which would otherwise miss it.
   */
  private static final Map<String, String> LAST_OF_EACH_KEY =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          "compact",
          TopicConfig.DELETE_RETENTION_MS_CONFIG,
          millis(Duration.ofDays(7)));

  /**
   * Cleanup that keeps each key's last record, for a day. Segments are small, since only closed
   * ones are cleaned and each reader starts at the beginning.
   */
  private static final Map<String, String> LAST_OF_EACH_KEY_FOR_A_DAY =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          "compact,delete",
          TopicConfig.RETENTION_MS_CONFIG,
          millis(Duration.ofDays(1)),
          TopicConfig.DELETE_RETENTION_MS_CONFIG,
          millis(Duration.ofDays(1)),
          TopicConfig.SEGMENT_MS_CONFIG,
          millis(Duration.ofHours(1)),
          TopicConfig.SEGMENT_BYTES_CONFIG,
          String.valueOf(16 * 1024 * 1024));

  /**
   * Cleanup for topics whose keys live for seconds and whose records carry images: compact, with
   * small segments, since only closed ones are cleaned.
   */
  private static final Map<String, String> OF_SECONDS =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          "compact",
          TopicConfig.DELETE_RETENTION_MS_CONFIG,
          millis(Duration.ofHours(1)),
          TopicConfig.SEGMENT_MS_CONFIG,
          millis(Duration.ofHours(1)),
          TopicConfig.SEGMENT_BYTES_CONFIG,
          String.valueOf(64 * 1024 * 1024));

  /** No retention: the topic's reader deletes records itself once it has processed them. */
  private static final Map<String, String> UNTIL_READ =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          "delete",
          TopicConfig.RETENTION_MS_CONFIG,
          TopicSpec.NO_LIMIT,
          TopicConfig.RETENTION_BYTES_CONFIG,
          TopicSpec.NO_LIMIT);

  public TopicCatalogue {
    if (partitions < 1) {
      throw new IllegalArgumentException("a topic has at least 1 partition, not " + partitions);
    }
  }

  /** All topics, public ones first. */
  public List<TopicSpec> topics() {
    return List.of(
        keptAWeek(CROWDSOURCED, RawPair.SCHEMA$),
        keptAWeek(SCRAPED, RawPair.SCHEMA$),
        of(LINKS, PairLink.SCHEMA$, keptFor(A_YEAR), false, true),
        lastOfEachKey(TRAINING, PreparedPair.SCHEMA$, partitions),
        lastOfEachKey(VALIDATION, PreparedPair.SCHEMA$, partitions),
        lastOfEachKey(TEST, PreparedPair.SCHEMA$, partitions),
        lastOfEachKey(INDEX, IndexedPair.SCHEMA$, partitions),
        of(QUARANTINE, QuarantinedPair.SCHEMA$, keptFor(A_YEAR), true, false),
        lastOfEachKey(RECEIPTS, Receipt.SCHEMA$, partitions),
        lastOfEachKey(TAKEDOWNS, Takedown.SCHEMA$, partitions),
        of(WAITING_LINKS, WaitingLink.SCHEMA$, keptFor(A_YEAR), false, true),
        lastOfEachKey(UPLOADS, Upload.SCHEMA$, partitions),
        lastOfEachKey(API_KEYS, ApiKey.SCHEMA$, partitions),
        of(INSTANCES, InstanceStatus.SCHEMA$, LAST_OF_EACH_KEY_FOR_A_DAY, false, false),
        lastOfEachKey(REVIEWS, Review.SCHEMA$, partitions),
        of(ACTIONS, Action.SCHEMA$, keptFor(ACTIONS_KEPT), false, false),
        lastOfEachKey(FINDINGS, Finding.SCHEMA$, partitions),
        // Of one partition, so that all who read them see the same come first.
        lastOfEachKey(FINGERPRINTS, Fingerprint.SCHEMA$, 1),
        lastOfEachKey(VIEWS, ViewSegment.SCHEMA$, 1),
        lastOfEachKey(RUNS, RunExtent.SCHEMA$, 1),
        internal(repartitionTopic(dataset), UNTIL_READ, partitions),
        internal(changelog(dataset, STANDINGS_STORE), LAST_OF_EACH_KEY, partitions),
        internal(takedownsByImageTopic(dataset), UNTIL_READ, partitions),
        internal(changelog(dataset, TAKEDOWNS_STORE), LAST_OF_EACH_KEY, partitions),
        internal(dataset.lookUpGroup() + "-" + PICTURES_STORE + "-changelog", LAST_OF_EACH_KEY, 1),
        spec(
            waitingPairs(dataset),
            Optional.of(WaitingPair.SCHEMA$),
            partitions,
            OF_SECONDS,
            false,
            false));
  }

  /** The repartition topic of raw records, named as Kafka Streams names it. */
  public static String repartitionTopic(Dataset dataset) {
    return dataset.preprocessGroup() + "-" + BY_IMAGE + "-repartition";
  }

  /** The repartition topic of takedowns, named as Kafka Streams names it. */
  public static String takedownsByImageTopic(Dataset dataset) {
    return dataset.preprocessGroup() + "-" + TAKEDOWNS_BY_IMAGE + "-repartition";
  }

  /** The changelog of pairs whose picture is being looked up. */
  public static String waitingPairs(Dataset dataset) {
    return changelog(dataset, WAITING_PAIRS_STORE);
  }

  /** Name of a store's changelog, as Kafka Streams names it. */
  private static String changelog(Dataset dataset, String store) {
    return dataset.preprocessGroup() + "-" + store + "-changelog";
  }

  /**
   * Names of the topics that must have equal numbers of partitions, because the topology's tasks
   * each take one of every topic: the raw ones and its own.
   */
  public static Set<String> ofTheTopology(Dataset dataset) {
    return Set.of(
        dataset.topic(CROWDSOURCED),
        dataset.topic(SCRAPED),
        repartitionTopic(dataset),
        changelog(dataset, STANDINGS_STORE),
        takedownsByImageTopic(dataset),
        changelog(dataset, TAKEDOWNS_STORE));
  }

  /**
   * Topics whose partitions must equal the raw topics' in number where the recipe looks for near
   * copies.
   */
  public static Set<String> forNearCopies(Dataset dataset) {
    return Set.of(dataset.topic(FINDINGS), waitingPairs(dataset));
  }

  private TopicSpec keptAWeek(String name, Schema value) {
    return of(name, value, keptFor(Duration.ofDays(7)), true, true);
  }

  private TopicSpec lastOfEachKey(String name, Schema value, int parts) {
    return spec(dataset.topic(name), Optional.of(value), parts, LAST_OF_EACH_KEY, false, false);
  }

  private TopicSpec of(
      String name,
      Schema value,
      Map<String, String> kept,
      boolean mayKeepLess,
      boolean fromOutside) {
    return spec(
        dataset.topic(name), Optional.of(value), partitions, kept, mayKeepLess, fromOutside);
  }

  private TopicSpec internal(String name, Map<String, String> kept, int parts) {
    return spec(name, Optional.empty(), parts, kept, false, false);
  }

  private static TopicSpec spec(
      String name,
      Optional<Schema> value,
      int parts,
      Map<String, String> kept,
      boolean mayKeepLess,
      boolean fromOutside) {
    boolean raw = value.equals(Optional.of(RawPair.SCHEMA$));
    int most = raw ? RecordSizes.MAX_RAW_RECORD : RecordSizes.MAX_RECORD;
    Map<String, String> config = new TreeMap<>(kept);
    config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(most));
    if (fromOutside) {
      config.put(TopicConfig.MAX_DECOMPRESSED_MESSAGE_BYTES_CONFIG, String.valueOf(most));
    }
    // Another one has brokers unpack a request whole, and 7 kB of zstd are 200 MB.
    config.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
    config.put(
        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
        value.isPresent() ? "LogAppendTime" : "CreateTime");
    return new TopicSpec(name, value, parts, config, mayKeepLess, fromOutside);
  }

  private static Map<String, String> keptFor(Duration time) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG, "delete", TopicConfig.RETENTION_MS_CONFIG, millis(time));
  }

  private static String millis(Duration time) {
    return String.valueOf(time.toMillis());
  }
}
