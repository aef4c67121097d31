package io.pairstream.schemas.topics;

import io.pairstream.schemas.Action;
import io.pairstream.schemas.ApiKey;
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
import io.pairstream.schemas.topics.TopicSpec.Kept;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

  /** Links that are to be tried again, with the time at which they are due. */
  public static final String WAITING_LINKS = "waiting-links";

  /** What the ingest APIs took: pairs and links, by id. */
  public static final String UPLOADS = "uploads";

  /** API keys, by the digests of their secrets. */
  public static final String API_KEYS = "api-keys";

  /** What running processes say of themselves. */
  public static final String INSTANCES = "instances";

  /** What people decided about pairs in quarantine. */
  public static final String REVIEWS = "reviews";

  /** What people did to the platform. */
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

  /** How long the audit trail goes back. */
  public static final Duration ACTIONS_KEPT = Duration.ofDays(365);

  private static final Duration A_DAY = Duration.ofDays(1);
  private static final Duration A_WEEK = Duration.ofDays(7);
  private static final Duration A_YEAR = Duration.ofDays(365);

  private final Dataset dataset;
  private final int partitions;

  /**
   * @param partitions partitions of each topic; equal for all, so that all copies of an image meet
   *     in one task. Topics whose records have one order alone have one
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
        fromOutside(LINKS, "host of the URL", PairLink.SCHEMA$, new Kept.For(A_YEAR)),
        open(TRAINING, "pair id", PreparedPair.SCHEMA$, new Kept.LastOfEachKey()),
        open(VALIDATION, "pair id", PreparedPair.SCHEMA$, new Kept.LastOfEachKey()),
        open(TEST, "pair id", PreparedPair.SCHEMA$, new Kept.LastOfEachKey()),
        open(
            QUARANTINE,
            "pair id or coordinates",
            QuarantinedPair.SCHEMA$,
            new Kept.For(A_YEAR, true)),
        open(RECEIPTS, "pair id or coordinates", Receipt.SCHEMA$, new Kept.LastOfEachKey()),
        open(TAKEDOWNS, "kind and what is withdrawn", Takedown.SCHEMA$, new Kept.LastOfEachKey()),
        fromOutside(WAITING_LINKS, "host of the URL", WaitingLink.SCHEMA$, new Kept.For(A_YEAR)),
        open(UPLOADS, "pair id or link id", Upload.SCHEMA$, new Kept.LastOfEachKey()),
        open(API_KEYS, "key id", ApiKey.SCHEMA$, new Kept.LastOfEachKey()),
        open(
            INSTANCES,
            "service and instance",
            InstanceStatus.SCHEMA$,
            new Kept.LastOfEachKeyFor(A_DAY)),
        open(REVIEWS, "review id", Review.SCHEMA$, new Kept.LastOfEachKey()),
        open(ACTIONS, "action id", Action.SCHEMA$, new Kept.For(ACTIONS_KEPT)),
        inOneOrder(VIEWS, "name of the view and segment", ViewSegment.SCHEMA$),
        inOneOrder(RUNS, "run, epoch and a UUID", RunExtent.SCHEMA$),
        internal(repartitionTopic(dataset), "image digest", new Kept.UntilRead()),
        internal(changelogTopic(dataset), "pair id", new Kept.LastOfEachKey()),
        internal(
            takedownsByImageTopic(dataset), "kind and what is withdrawn", new Kept.UntilRead()),
        internal(
            takedownsChangelogTopic(dataset),
            "kind and what is withdrawn",
            new Kept.LastOfEachKey()));
  }

  /** The repartition topic of raw records, named as Kafka Streams names it. */
  public static String repartitionTopic(Dataset dataset) {
    return dataset.preprocessGroup() + "-" + BY_IMAGE + "-repartition";
  }

  /** The changelog of the store of receipts, named as Kafka Streams names it. */
  public static String changelogTopic(Dataset dataset) {
    return dataset.preprocessGroup() + "-" + STANDINGS_STORE + "-changelog";
  }

  /** The repartition topic of takedowns, named as Kafka Streams names it. */
  public static String takedownsByImageTopic(Dataset dataset) {
    return dataset.preprocessGroup() + "-" + TAKEDOWNS_BY_IMAGE + "-repartition";
  }

  /** The changelog of the store of takedowns, named as Kafka Streams names it. */
  public static String takedownsChangelogTopic(Dataset dataset) {
    return dataset.preprocessGroup() + "-" + TAKEDOWNS_STORE + "-changelog";
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
        changelogTopic(dataset),
        takedownsByImageTopic(dataset),
        takedownsChangelogTopic(dataset));
  }

  private TopicSpec raw(String name) {
    return of(name, "image digest", RawPair.SCHEMA$, partitions, new Kept.For(A_WEEK, true), true);
  }

  private TopicSpec open(String name, String key, Schema value, Kept kept) {
    return of(name, key, value, partitions, kept, false);
  }

  /** A topic of one partition, so that all who read it see the same come first. */
  private TopicSpec inOneOrder(String name, String key, Schema value) {
    return of(name, key, value, 1, new Kept.LastOfEachKey(), false);
  }

  /** A topic whose records go into ours as they came, whoever has written them. */
  private TopicSpec fromOutside(String name, String key, Schema value, Kept kept) {
    return of(name, key, value, partitions, kept, true);
  }

  private TopicSpec of(
      String name, String key, Schema value, int parts, Kept kept, boolean fromOutside) {
    int most = value.equals(RawPair.SCHEMA$) ? RecordSizes.MAX_RAW_RECORD : RecordSizes.MAX_RECORD;
    return new TopicSpec(
        dataset.topic(name), key, Optional.of(value), parts, kept, most, fromOutside, true);
  }

  private TopicSpec internal(String name, String key, Kept kept) {
    return new TopicSpec(
        name, key, Optional.empty(), partitions, kept, RecordSizes.MAX_RECORD, false, false);
  }
}
