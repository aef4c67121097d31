package io.pairstream.schemas.wire;

import io.pairstream.schemas.Action;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.ApiKey;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairStatus;
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
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** A data set's topics, each with its serdes. */
public record PairTopics(
    Dataset dataset,
    Registry registry,
    Topic<RawPair> crowdsourced,
    Topic<RawPair> scraped,
    Topic<RawPair> generated,
    Topic<PairLink> links,
    Topic<WaitingLink> waitingLinks,
    Topic<PreparedPair> training,
    Topic<PreparedPair> validation,
    Topic<PreparedPair> test,
    Topic<IndexedPair> index,
    Topic<QuarantinedPair> quarantine,
    Topic<Receipt> receipts,
    Topic<Takedown> takedowns,
    Topic<Upload> uploads,
    Topic<ApiKey> apiKeys,
    Topic<InstanceStatus> instances,
    Topic<Review> reviews,
    Topic<Action> actions,
    Topic<ViewSegment> views,
    Topic<RunExtent> runs,
    Topic<Answer> answers,
    Topic<PairAnswer> pairAnswers,
    Topic<RecordedRecipe> recipes,
    Topic<Fingerprint> fingerprints,
    Topic<Finding> findings,
    Topic<WaitingPair> waitingPairs) {

  public static PairTopics of(Dataset dataset, Registry registry) {
    AvroSerdes serdes = new AvroSerdes(registry);
    return new PairTopics(
        dataset,
        registry,
        topic(dataset, TopicCatalogue.CROWDSOURCED, serdes, RawPair.class),
        topic(dataset, TopicCatalogue.SCRAPED, serdes, RawPair.class),
        topic(dataset, TopicCatalogue.GENERATED, serdes, RawPair.class),
        topic(dataset, TopicCatalogue.LINKS, serdes, PairLink.class),
        topic(dataset, TopicCatalogue.WAITING_LINKS, serdes, WaitingLink.class),
        topic(dataset, TopicCatalogue.TRAINING, serdes, PreparedPair.class),
        topic(dataset, TopicCatalogue.VALIDATION, serdes, PreparedPair.class),
        topic(dataset, TopicCatalogue.TEST, serdes, PreparedPair.class),
        topic(dataset, TopicCatalogue.INDEX, serdes, IndexedPair.class),
        topic(dataset, TopicCatalogue.QUARANTINE, serdes, QuarantinedPair.class),
        topic(dataset, TopicCatalogue.RECEIPTS, serdes, Receipt.class),
        topic(dataset, TopicCatalogue.TAKEDOWNS, serdes, Takedown.class),
        topic(dataset, TopicCatalogue.UPLOADS, serdes, Upload.class),
        topic(dataset, TopicCatalogue.API_KEYS, serdes, ApiKey.class),
        topic(dataset, TopicCatalogue.INSTANCES, serdes, InstanceStatus.class),
        topic(dataset, TopicCatalogue.REVIEWS, serdes, Review.class),
        topic(dataset, TopicCatalogue.ACTIONS, serdes, Action.class),
        topic(dataset, TopicCatalogue.VIEWS, serdes, ViewSegment.class),
        topic(dataset, TopicCatalogue.RUNS, serdes, RunExtent.class),
        topic(dataset, TopicCatalogue.ANSWERS, serdes, Answer.class),
        topic(dataset, TopicCatalogue.PAIR_ANSWERS, serdes, PairAnswer.class),
        topic(dataset, TopicCatalogue.RECIPES, serdes, RecordedRecipe.class),
        topic(dataset, TopicCatalogue.FINGERPRINTS, serdes, Fingerprint.class),
        topic(dataset, TopicCatalogue.FINDINGS, serdes, Finding.class),
        serdes.topic(WaitingPair.class, TopicCatalogue.waitingPairs(dataset)));
  }

  /** Names of the topics on which raw pairs arrive. */
  public List<String> rawNames() {
    return List.of(crowdsourced.name(), scraped.name(), generated.name());
  }

  /** Names of those raw topics whose pairs came with a picture, from outside of the data set. */
  public List<String> receivedNames() {
    return List.of(crowdsourced.name(), scraped.name());
  }

  /**
   * Names of the topics on which judged pairs are: of the splits, in their order, and quarantine.
   */
  public List<String> outputNames() {
    return List.of(training.name(), validation.name(), test.name(), quarantine.name());
  }

  /** Names of the splits' topics; each says where its pairs are, whatever the records do. */
  public Map<String, PairStatus> splits() {
    return Map.of(
        training.name(), PairStatus.TRAINING,
        validation.name(), PairStatus.VALIDATION,
        test.name(), PairStatus.TEST);
  }

  /** Where the record of an entry's pair lies; empty where that is no split. */
  public Optional<Origin> place(IndexedPair entry) {
    return PairStatus.published(entry.getSplit())
        .map(split -> dataset.topic(split.name().toLowerCase(Locale.ROOT)))
        .map(topic -> new Origin(topic, entry.getPartition(), entry.getOffset()));
  }

  private static <T extends SpecificRecord> Topic<T> topic(
      Dataset dataset, String name, AvroSerdes serdes, Class<T> type) {
    return serdes.topic(type, dataset.topic(name));
  }
}
