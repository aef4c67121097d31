package io.pairstream.schemas.topics;

import static io.pairstream.schemas.topics.TopicCatalogue.ACTIONS;
import static io.pairstream.schemas.topics.TopicCatalogue.ANSWERS;
import static io.pairstream.schemas.topics.TopicCatalogue.API_KEYS;
import static io.pairstream.schemas.topics.TopicCatalogue.CROWDSOURCED;
import static io.pairstream.schemas.topics.TopicCatalogue.FINDINGS;
import static io.pairstream.schemas.topics.TopicCatalogue.FINGERPRINTS;
import static io.pairstream.schemas.topics.TopicCatalogue.GENERATED;
import static io.pairstream.schemas.topics.TopicCatalogue.INDEX;
import static io.pairstream.schemas.topics.TopicCatalogue.INSTANCES;
import static io.pairstream.schemas.topics.TopicCatalogue.LINKS;
import static io.pairstream.schemas.topics.TopicCatalogue.PAIR_ANSWERS;
import static io.pairstream.schemas.topics.TopicCatalogue.QUARANTINE;
import static io.pairstream.schemas.topics.TopicCatalogue.RECEIPTS;
import static io.pairstream.schemas.topics.TopicCatalogue.RECIPES;
import static io.pairstream.schemas.topics.TopicCatalogue.REVIEWS;
import static io.pairstream.schemas.topics.TopicCatalogue.RUNS;
import static io.pairstream.schemas.topics.TopicCatalogue.SCHEMAS;
import static io.pairstream.schemas.topics.TopicCatalogue.SCRAPED;
import static io.pairstream.schemas.topics.TopicCatalogue.TAKEDOWNS;
import static io.pairstream.schemas.topics.TopicCatalogue.TEST;
import static io.pairstream.schemas.topics.TopicCatalogue.TRAINING;
import static io.pairstream.schemas.topics.TopicCatalogue.UPLOADS;
import static io.pairstream.schemas.topics.TopicCatalogue.VALIDATION;
import static io.pairstream.schemas.topics.TopicCatalogue.VIEWS;
import static io.pairstream.schemas.topics.TopicCatalogue.WAITING_LINKS;
import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.PatternType.LITERAL;
import static org.apache.kafka.common.resource.PatternType.PREFIXED;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rights of each client of a data set: those without which it does not work, and no others.
 *
 * <p>Topics and groups are named whole. Names that begin alike are granted only where the rest is
 * random or a user's choice, because another data set's name may begin with this one's.
 */
public record AccessCatalogue(Dataset dataset) {

  /** Kafka's own topics, on which transactions and groups rest. */
  public static final List<String> OF_KAFKA = List.of("__consumer_offsets", "__transaction_state");

  private static final String COMMITS = OF_KAFKA.get(0);
  private static final String[] RAW = {CROWDSOURCED, SCRAPED, GENERATED};
  private static final String[] SPLITS = {TRAINING, VALIDATION, TEST};

  /** Rights of each client, services first; no client is there twice. */
  public List<ClientRights> clients() {
    return Stream.of(services(), dataCommands(), operatorsCommands())
        .flatMap(List::stream)
        .map(RightsBuilder::build)
        .toList();
  }

  private List<RightsBuilder> services() {
    String preprocess = dataset.preprocessGroup();
    String lookUp = dataset.lookUpGroup();
    String index = dataset.indexGroup();
    return List.of(
        client("registry")
            .onTopics(List.of(SCHEMAS), CREATE, READ, WRITE)
            .on(TRANSACTIONAL_ID, LITERAL, SCHEMAS, WRITE)
            .checksTheCluster(),
        client("ingest")
            .reads(UPLOADS, RECEIPTS, API_KEYS)
            .writes(CROWDSOURCED, LINKS, UPLOADS)
            .asService(),
        client("fetch")
            .reads(LINKS, WAITING_LINKS)
            .writes(SCRAPED, QUARANTINE, UPLOADS, WAITING_LINKS)
            .joins(dataset.fetchGroup())
            .transactsBelow(dataset.fetchGroup())
            .asService(),
        client("preprocess")
            .reads(CROWDSOURCED, SCRAPED, GENERATED, TAKEDOWNS, FINGERPRINTS, FINDINGS)
            .reads(SPLITS)
            .writes(SPLITS)
            .writes(QUARANTINE, RECEIPTS, INDEX, FINGERPRINTS, FINDINGS, RECIPES)
            .onTopics(TopicCatalogue.changelogs(dataset), READ, WRITE)
            .onTopics(TopicCatalogue.repartitions(dataset), READ, WRITE, DELETE)
            .joins(preprocess, index, lookUp)
            .transactsBelow(preprocess, index, lookUp)
            .asService(),
        client("score")
            .reads(SPLITS)
            .reads(ANSWERS, PAIR_ANSWERS, RECIPES, TAKEDOWNS)
            .writes(ANSWERS, PAIR_ANSWERS, GENERATED, TAKEDOWNS)
            .on(GROUP, PREFIXED, dataset.name() + "-score-", READ)
            .onGroups(List.of(dataset.name() + "-ask-again"), DESCRIBE)
            .transactsBelow(dataset.name() + "-score", dataset.name() + "-ask-again")
            .asService(),
        client("operate")
            .onTopics(all(), READ)
            .writes(RAW)
            .writes(LINKS, REVIEWS, ACTIONS)
            .on(TRANSACTIONAL_ID, LITERAL, dataset.name() + "-review-desk", WRITE)
            .asService()
            .with(this::watches));
  }

  /** Clients that make, fill and read the data set. */
  private List<RightsBuilder> dataCommands() {
    return List.of(
        client("topics").onTopics(all(), CREATE, DESCRIBE, ALTER_CONFIGS),
        client("keys").reads(API_KEYS).writes(API_KEYS, ACTIONS),
        client("import")
            .writes(CROWDSOURCED, LINKS, UPLOADS)
            .checksTheCluster()
            .with(this::awaitsOutcomes),
        client("producer").writes(CROWDSOURCED, SCRAPED, LINKS),
        client("trainer", "feed", "export", "exposure")
            .reads(SPLITS)
            .reads(INDEX, TAKEDOWNS, VIEWS, RUNS, PAIR_ANSWERS, RECIPES)
            .writes(RUNS, INSTANCES)
            .onTopics(Stream.of(SPLITS).map(dataset::topic).toList(), DESCRIBE_CONFIGS)
            .joins(dataset.feedGroup()),
        client("view")
            .reads(SPLITS)
            .reads(INDEX, TAKEDOWNS, VIEWS, RUNS, PAIR_ANSWERS, RECIPES)
            .writes(VIEWS)
            .onTopics(Stream.of(SPLITS).map(dataset::topic).toList(), DESCRIBE_CONFIGS)
            .transactsBelow(dataset.name() + "-view"));
  }

  private List<RightsBuilder> operatorsCommands() {
    return List.of(
        client("audit", "why", "profile", "archive", "compare", "recipe")
            .reads(RAW)
            .reads(SPLITS)
            .reads(LINKS, WAITING_LINKS, UPLOADS, QUARANTINE, RECEIPTS, INDEX, TAKEDOWNS)
            .reads(REVIEWS, ACTIONS, ANSWERS, PAIR_ANSWERS, RECIPES)
            .onTopics(
                List.of(
                    TopicCatalogue.waitingPairs(dataset), TopicCatalogue.repartitionTopic(dataset)),
                READ)
            .onGroups(List.of(dataset.preprocessGroup(), dataset.fetchGroup()), DESCRIBE),
        client("lag")
            .onTopics(records(), READ, DESCRIBE_CONFIGS)
            .writes(ACTIONS)
            .with(this::watches),
        client("doctor")
            .onTopics(all(), READ)
            .checksTheCluster()
            .onTopics(List.of(COMMITS), READ)
            .on(GROUP, PREFIXED, dataset.name() + "-", DESCRIBE)
            .on(TRANSACTIONAL_ID, PREFIXED, dataset.name() + "-", DESCRIBE),
        client("quarantine")
            .reads(RAW)
            .reads(LINKS, QUARANTINE, RECEIPTS, REVIEWS, ACTIONS)
            .writes(RAW)
            .writes(LINKS, REVIEWS, ACTIONS)
            .on(TRANSACTIONAL_ID, LITERAL, dataset.name() + "-review-desk", WRITE),
        client("takedown")
            .reads(SPLITS)
            .reads(TAKEDOWNS, ACTIONS, RECEIPTS, INDEX, VIEWS, RUNS)
            .writes(TAKEDOWNS, ACTIONS)
            .onTopics(List.of(TopicCatalogue.takedownsByImageTopic(dataset)), READ)
            .onGroups(List.of(dataset.preprocessGroup()), DESCRIBE),
        client("rerun")
            .writes(RAW)
            .writes(TAKEDOWNS, REVIEWS, ANSWERS)
            .with(this::awaitsTheTopology)
            .joins(dataset.rerunGroup())
            .on(TRANSACTIONAL_ID, LITERAL, dataset.rerunGroup(), WRITE));
  }

  /** Knows when the topology has done all that there is to do, and can read what it wrote. */
  private void awaitsTheTopology(RightsBuilder client) {
    client
        .reads(RAW)
        .reads(SPLITS)
        .reads(TAKEDOWNS, FINGERPRINTS, FINDINGS)
        .onTopics(TopicCatalogue.repartitions(dataset), READ)
        .onGroups(
            List.of(dataset.preprocessGroup(), dataset.indexGroup(), dataset.lookUpGroup()),
            DESCRIBE);
  }

  /** Counts what became of raw pairs, and says who is in their way. */
  private void awaitsOutcomes(RightsBuilder client) {
    client
        .reads(RECEIPTS, INSTANCES)
        .onTopics(List.of(TopicCatalogue.waitingPairs(dataset)), READ)
        .onTopics(Stream.of(RAW).map(dataset::topic).toList(), DESCRIBE)
        .onGroups(List.of(dataset.preprocessGroup()), DESCRIBE);
  }

  /** Sees where all groups are, each commit, sizes of logs, and whose transactions are open. */
  private void watches(RightsBuilder client) {
    client
        .onTopics(List.of(COMMITS), READ, DESCRIBE_CONFIGS)
        .onCluster(DESCRIBE)
        .on(GROUP, PREFIXED, dataset.name() + "-", DESCRIBE)
        .on(TRANSACTIONAL_ID, PREFIXED, dataset.name() + "-", DESCRIBE);
  }

  private RightsBuilder client(String name, String... commands) {
    return new RightsBuilder(dataset, name, commands);
  }

  private List<String> all() {
    return new TopicCatalogue(dataset, 1).topics().stream().map(TopicSpec::name).toList();
  }

  /** All topics that a group may read: those of keys and of running processes have none. */
  private List<String> records() {
    List<String> records = new ArrayList<>(all());
    records.removeAll(List.of(dataset.topic(API_KEYS), dataset.topic(INSTANCES)));
    return records;
  }
}
