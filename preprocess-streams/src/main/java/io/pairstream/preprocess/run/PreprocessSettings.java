package io.pairstream.preprocess.run;

import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.ClusterCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Everything that an operator can set on the preprocessing service.
 *
 * @param cluster where the topics are
 * @param recipe name of a shipped recipe, or path of one
 * @param stateDir where the stores keep their files
 * @param threads stream threads; at least 1. More than there are partitions do nothing.
 * @param workers how images are decoded
 */
public record PreprocessSettings(
    Cluster cluster, String recipe, Path stateDir, int threads, WorkerSettings workers) {

  /**
   * Most records buffered per partition before it is paused. A record has up to 9 MiB, and every
   * partition of every topic has a buffer of its own.
   */
  private static final int BUFFERED_RECORDS = 4;

  /**
   * Most buffered records per partition of the graph that keeps the index: prepared pairs, of some
   * 30 kB each.
   */
  private static final int INDEXED_AT_ONCE = 100;

  /** Most buffered fingerprints per partition, of some 50 bytes each. */
  private static final int LOOKED_UP_AT_ONCE = 1000;

  /**
   * Bytes that are fetched of a partition at once: a full batch of the ingest API's, and a larger
   * record all the same. Each thread holds two fetches of each of its partitions, which outlive
   * young collections where they are large.
   */
  private static final int FETCHED_AT_ONCE = 1024 * 1024;

  private static final Duration LOOK_UP_COMMIT_INTERVAL = Duration.ofMillis(200);

  /**
   * Transaction timeout of the graphs without stores: an instance that starts again has other
   * transactional ids, and only the timeout ends the transactions of the one before.
   */
  private static final Duration QUICK_TRANSACTION = Duration.ofSeconds(30);

  /** Silence after which a member's partitions are reassigned. */
  private static final Duration SESSION = Duration.ofSeconds(10);

  /** Default of a broker's transaction.max.timeout.ms. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

  /**
   * Commit interval: longest time that outputs wait for their transaction's end. Each end costs
   * every thread its time and the broker a marker on every partition written, however few records
   * there are: see docs/performance.md.
   */
  private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);

  /**
   * Request timeout, after which a partition's leader is looked up again. All brokers write a
   * commit; one that is frozen or cut off holds everything up for as long, though others lead its
   * partitions within seconds. Kafka's own is 30 s.
   */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  /** Bytes that a thread writes to its stores before it commits early, half of them in the heap. */
  private static final long UNCOMMITTED = 8L * 1024 * 1024;

  /**
   * Interval of probing rebalances, at which an instance that has read the stores gets its share of
   * the partitions; until then the others process them. The least that Kafka Streams takes; its own
   * is 10 minutes, for two stores at a time.
   */
  private static final Duration SHARED_WITHIN = Duration.ofMinutes(1);

  /** Time from the end of the longest transaction until a thread counts as stopped. */
  private static final Duration POLLS_LATER = Duration.ofMinutes(1);

  public PreprocessSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("--threads must be at least 1, was " + threads);
    }
    requireShortEnough(threads, workers);
  }

  /**
   * Makes sure that brokers allow a transaction as long as one of these threads and workers may
   * take.
   *
   * @throws IllegalArgumentException where the deadline of an image is too long for that
   */
  public static void requireShortEnough(int threads, WorkerSettings workers) {
    Duration longest = transactionTimeout(threads, workers);
    if (longest.compareTo(LONGEST_TRANSACTION) > 0) {
      throw new IllegalArgumentException(
          ("--decode-deadline %s s is too long: with --threads %s and --workers %s a transaction"
                  + " may take %s s, and brokers allow %s s; shorten it, or take as many workers as"
                  + " threads")
              .formatted(
                  workers.deadline().toSeconds(),
                  threads,
                  workers.workers(),
                  longest.toSeconds(),
                  LONGEST_TRANSACTION.toSeconds()));
    }
  }

  /**
   * The longest that a transaction may take: every record of a poll hangs its workers, and as much
   * again for records in hand before it. A shorter one would be aborted in mid-work, tried again,
   * and never end.
   */
  Duration transactionTimeout() {
    return transactionTimeout(threads, workers);
  }

  /**
   * How long a thread may take between two polls, with a wide margin: after a third of it Kafka
   * takes its partitions away.
   */
  Duration longestRound() {
    return transactionTimeout().plus(POLLS_LATER).multipliedBy(3);
  }

  private static Duration transactionTimeout(int threads, WorkerSettings workers) {
    int turns = (threads + workers.workers() - 1) / workers.workers();
    return workers
        .likelyVerdict()
        .multipliedBy(2L * ClusterCheck.RECORDS_PER_POLL * turns)
        .plus(COMMIT_INTERVAL);
  }

  /** The settings of Kafka Streams; the operator's own Kafka settings take precedence. */
  Map<String, Object> streamsSettings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, cluster.dataset().preprocessGroup());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL.toMillis());
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, BUFFERED_RECORDS);
    settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    // A store has what is committed and nothing else, so that a kill leaves it usable.
    settings.put(StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG, true);
    settings.put(StreamsConfig.STATESTORE_UNCOMMITTED_MAX_BYTES_CONFIG, threads * UNCOMMITTED);
    settings.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, SHARED_WITHIN.toMillis());
    settings.put(StreamsConfig.MAX_WARMUP_REPLICAS_CONFIG, Integer.MAX_VALUE);
    // A record is taken as it comes; waiting for the other topic's next one orders nothing.
    settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
    // A broker that is away is waited for, however long.
    settings.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, Long.MAX_VALUE);
    settings.put(StreamsConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ANSWER_WITHIN.toMillis());

    consumer(settings, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    consumer(settings, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, ClusterCheck.RECORDS_PER_POLL);
    consumer(settings, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCHED_AT_ONCE);
    // As the system sees fit, not Kafka's 64 KiB: most records are larger.
    consumer(settings, ConsumerConfig.RECEIVE_BUFFER_CONFIG, -1);
    consumer(settings, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION.toMillis());
    consumer(settings, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
    consumer(
        settings,
        ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
        (int) transactionTimeout().plus(POLLS_LATER).toMillis());

    producer(
        settings, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) transactionTimeout().toMillis());
    producer(settings, ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    producer(settings, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RecordSizes.MAX_RECORD);
    producer(settings, ProducerConfig.BUFFER_MEMORY_CONFIG, 64L * 1024 * 1024);
    producer(settings, ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
    // Nothing is seen before its transaction's end, which sends the rest.
    producer(settings, ProducerConfig.LINGER_MS_CONFIG, (int) COMMIT_INTERVAL.toMillis());
    Map<String, Object> all = cluster.clientSettings(settings);
    // Kafka Streams' own client id shows which transactions are a member's: see DeadInstances.
    all.remove(StreamsConfig.CLIENT_ID_CONFIG);
    return all;
  }

  /** The settings of the graph that keeps the index. */
  Map<String, Object> indexSettings() {
    Map<String, Object> settings =
        quick(cluster.dataset().indexGroup(), INDEXED_AT_ONCE, COMMIT_INTERVAL);
    // In the order of time over the splits: what has left one may come to another.
    settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, 0L);
    return settings;
  }

  /** The settings of the graph that looks for near copies, for which pairs wait. */
  Map<String, Object> lookUpSettings() {
    return quick(cluster.dataset().lookUpGroup(), LOOKED_UP_AT_ONCE, LOOK_UP_COMMIT_INTERVAL);
  }

  /** Settings of a graph that spends no time on a record. */
  private Map<String, Object> quick(String group, int atOnce, Duration commitInterval) {
    Map<String, Object> settings = streamsSettings();
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, atOnce);
    consumer(settings, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, atOnce);
    producer(
        settings, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) QUICK_TRANSACTION.toMillis());
    // Brokers unpack it, to see keys, also without a native library; gzip takes 20 times as long.
    producer(settings, ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    return settings;
  }

  private static void consumer(Map<String, Object> settings, String key, Object value) {
    settings.put(StreamsConfig.mainConsumerPrefix(key), value);
  }

  private static void producer(Map<String, Object> settings, String key, Object value) {
    settings.put(StreamsConfig.producerPrefix(key), value);
  }
}
