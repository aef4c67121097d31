package io.pairstream.schemas.topics;

import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.TopicSpec.Kept;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Every topic of a data set, in one place: the public ones and the topology's named internal ones.
 */
public final class TopicCatalogue {

  /** Partitions of each topic where nothing else is asked for. */
  public static final int DEFAULT_PARTITIONS = 4;

  public static final String CROWDSOURCED = "crowdsourced";
  public static final String SCRAPED = "scraped";
  public static final String LINKS = "links";
  public static final String TRAINING = "training";
  public static final String VALIDATION = "validation";
  public static final String TEST = "test";
  public static final String QUARANTINE = "quarantine";
  public static final String RECEIPTS = "receipts";
  public static final String TAKEDOWNS = "takedowns";

  /**
   * Name of the topology's repartition, which brings misplaced raw records to their image's task.
   */
  public static final String BY_IMAGE = "by-image";

  /** Name of the topology's store of receipts. */
  public static final String STANDINGS_STORE = "standings";

  private static final Duration A_WEEK = Duration.ofDays(7);
  private static final Duration A_YEAR = Duration.ofDays(365);

  private final Dataset dataset;
  private final int partitions;

  /**
   * @param partitions partitions of each topic; equal for all, so that all copies of an image meet
   *     in one task
   */
  public TopicCatalogue(Dataset dataset, int partitions) {
    if (partitions < 1) {
      throw new IllegalArgumentException("a topic has at least 1 partition, not " + partitions);
    }
    this.dataset = dataset;
    this.partitions = partitions;
  }

  /** All topics, public ones first. */
  public List<TopicSpec> topics() {
    return List.of(
        raw(CROWDSOURCED),
        raw(SCRAPED),
        open(LINKS, "host of the URL", PairLink.SCHEMA$, new Kept.For(A_WEEK)),
        open(TRAINING, "pair id", PreparedPair.SCHEMA$, new Kept.LastOfEachKey()),
        open(VALIDATION, "pair id", PreparedPair.SCHEMA$, new Kept.LastOfEachKey()),
        open(TEST, "pair id", PreparedPair.SCHEMA$, new Kept.LastOfEachKey()),
        open(QUARANTINE, "pair id or coordinates", QuarantinedPair.SCHEMA$, new Kept.For(A_YEAR)),
        open(RECEIPTS, "pair id or coordinates", Receipt.SCHEMA$, new Kept.LastOfEachKey()),
        open(TAKEDOWNS, "what is withdrawn", Takedown.SCHEMA$, new Kept.LastOfEachKey()),
        internal(repartitionTopic(dataset), "image digest", new Kept.UntilRead()),
        internal(changelogTopic(dataset), "pair id", new Kept.LastOfEachKey()));
  }

  /** The repartition topic, named as Kafka Streams names it. */
  public static String repartitionTopic(Dataset dataset) {
    return dataset.preprocessGroup() + "-" + BY_IMAGE + "-repartition";
  }

  /** The changelog of the store of receipts, named as Kafka Streams names it. */
  public static String changelogTopic(Dataset dataset) {
    return dataset.preprocessGroup() + "-" + STANDINGS_STORE + "-changelog";
  }

  private TopicSpec raw(String name) {
    return new TopicSpec(
        dataset.topic(name),
        "image digest",
        Optional.of(RawPair.SCHEMA$),
        partitions,
        new Kept.For(A_WEEK),
        RecordSizes.MAX_RAW_RECORD,
        true,
        true);
  }

  private TopicSpec open(String name, String key, Schema value, Kept kept) {
    return new TopicSpec(
        dataset.topic(name),
        key,
        Optional.of(value),
        partitions,
        kept,
        RecordSizes.MAX_RECORD,
        false,
        true);
  }

  private TopicSpec internal(String name, String key, Kept kept) {
    return new TopicSpec(
        name, key, Optional.empty(), partitions, kept, RecordSizes.MAX_RECORD, false, false);
  }
}
