package io.pairstream.schemas.topics;

import io.pairstream.schemas.Action;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.ApiKey;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.RunExtent;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.ViewSegment;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.WaitingPair;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;

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

  /** Captions that models wrote of published pictures. */
  public static final String GENERATED = "generated";

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

  /** Answers of models, by what these were shown. */
  public static final String ANSWERS = "answers";

  /** Answers of models about each published pair, by pair. */
  public static final String PAIR_ANSWERS = "pair-answers";

  /** The recipe's limits of models' answers. */
  public static final String RECIPES = "recipes";

  /** The topic of all data sets' schemas, whole, on a cluster where our registry runs. */
  public static final String SCHEMAS = "pairstream-schemas";

  /**
   * Name of the topology's repartition, which brings misplaced raw records to their image's task.
   */
  public static final String BY_IMAGE = "by-image";

  /** Name of the topology's store of receipts. */
  public static final String RECEIPTS_STORE = "receipts";

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
  private static final Duration A_WEEK = Duration.ofDays(7);
  private static final Duration A_DAY = Duration.ofDays(1);
  private static final Duration AN_HOUR = Duration.ofHours(1);

  public TopicCatalogue {
    if (partitions < 1) {
      throw new IllegalArgumentException("a topic has at least 1 partition, not " + partitions);
    }
  }

  /** All topics, public ones first. */
  public List<TopicSpec> topics() {
    return Stream.of(
            topic(CROWDSOURCED, RawPair.SCHEMA$).keptForAtMost(A_WEEK).fromOutside(),
            topic(SCRAPED, RawPair.SCHEMA$).keptForAtMost(A_WEEK).fromOutside(),
            topic(GENERATED, RawPair.SCHEMA$).keptForAtMost(A_WEEK),
            topic(LINKS, PairLink.SCHEMA$).keptFor(A_YEAR).fromOutside(),
            topic(TRAINING, PreparedPair.SCHEMA$),
            topic(VALIDATION, PreparedPair.SCHEMA$),
            topic(TEST, PreparedPair.SCHEMA$),
            topic(INDEX, IndexedPair.SCHEMA$),
            topic(QUARANTINE, QuarantinedPair.SCHEMA$).keptForAtMost(A_YEAR),
            topic(RECEIPTS, Receipt.SCHEMA$),
            topic(TAKEDOWNS, Takedown.SCHEMA$),
            topic(WAITING_LINKS, WaitingLink.SCHEMA$).keptFor(A_YEAR).fromOutside(),
            topic(UPLOADS, Upload.SCHEMA$),
            topic(API_KEYS, ApiKey.SCHEMA$),
            // Each reader starts at the beginning, so little lies there.
            topic(INSTANCES, InstanceStatus.SCHEMA$)
                .lastOfEachKeyFor(A_DAY)
                .inSegmentsOf(AN_HOUR, 16),
            topic(REVIEWS, Review.SCHEMA$),
            topic(ACTIONS, Action.SCHEMA$).keptFor(ACTIONS_KEPT),
            topic(FINDINGS, Finding.SCHEMA$),
            topic(FINGERPRINTS, Fingerprint.SCHEMA$).inOneOrder(),
            topic(VIEWS, ViewSegment.SCHEMA$).inOneOrder(),
            topic(RUNS, RunExtent.SCHEMA$).inOneOrder(),
            topic(ANSWERS, Answer.SCHEMA$),
            topic(PAIR_ANSWERS, PairAnswer.SCHEMA$),
            topic(RECIPES, RecordedRecipe.SCHEMA$).inOneOrder(),
            internal(repartitionTopic(dataset)).keptUntilRead(),
            internal(changelog(dataset, RECEIPTS_STORE)),
            internal(takedownsByImageTopic(dataset)).keptUntilRead(),
            internal(changelog(dataset, TAKEDOWNS_STORE)),
            internal(pictures(dataset)).inOneOrder(),
            // Keys live for seconds.
            new TopicBuilder(waitingPairs(dataset), WaitingPair.SCHEMA$, partitions)
                .dropsTombstonesAfter(AN_HOUR)
                .inSegmentsOf(AN_HOUR, 64))
        .map(TopicBuilder::build)
        .toList();
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

  private static String pictures(Dataset dataset) {
    return dataset.lookUpGroup() + "-" + PICTURES_STORE + "-changelog";
  }

  /** Names of the changelogs of all stores. */
  static List<String> changelogs(Dataset dataset) {
    return List.of(
        changelog(dataset, RECEIPTS_STORE),
        changelog(dataset, TAKEDOWNS_STORE),
        pictures(dataset),
        waitingPairs(dataset));
  }

  /** Names of the topology's repartition topics, from which it deletes what it has read. */
  static List<String> repartitions(Dataset dataset) {
    return List.of(repartitionTopic(dataset), takedownsByImageTopic(dataset));
  }

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
        dataset.topic(GENERATED),
        repartitionTopic(dataset),
        changelog(dataset, RECEIPTS_STORE),
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

  private TopicBuilder topic(String name, Schema value) {
    return new TopicBuilder(dataset.topic(name), value, partitions);
  }

  private TopicBuilder internal(String name) {
    return new TopicBuilder(name, null, partitions);
  }
}
