package io.pairstream.preprocess.topology;

import static io.pairstream.schemas.topics.TopicCatalogue.RECEIPTS_STORE;
import static io.pairstream.schemas.topics.TopicCatalogue.TAKEDOWNS_STORE;
import static io.pairstream.schemas.topics.TopicCatalogue.WAITING_PAIRS_STORE;
import static org.apache.kafka.streams.kstream.Named.as;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.NearCopies.Policy;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.SplitByImage.Split;
import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.preprocess.topology.FindGroup.Known;
import io.pairstream.preprocess.topology.Tracked.GatedRecord;
import io.pairstream.preprocess.topology.Tracked.GatedRecord.Generated;
import io.pairstream.preprocess.topology.Tracked.GatedRecord.WithPicture;
import io.pairstream.preprocess.topology.Tracked.ReceivedPair;
import io.pairstream.preprocess.topology.Tracked.Rejected;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.WriterSchemas;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Predicate;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The whole graph, in the order in which a record meets it. Node names are the ones below.
 *
 * <pre>
 * raw-pairs -> read -+-> placed -------------------------------------------+-> received
 *                    +-> repartitioned -> by-image -> read-repartitioned --+
 * received -> check-withdrawn -> gate -> check-duplicate -> clean -> check-sample -> split -+-> training
 *                                                                                           +-> validation
 *                                                                                           +-> test
 * rejected by any of them --> quarantine      every decision --> receipts
 *
 * where the recipe looks for near copies, between clean and check-sample:
 * clean -> find-group -+-> known-picture ------------------------------------------+-> grouped -> check-sample
 *                      +-> request-look-up -> fingerprints ... findings -+-> near-copies --+
 *                                                              ^         +-> superseded --> tombstones on the splits, quarantine
 *                                                              +------------ list-superseded --> receipts
 *
 * takedowns -> read-takedown -> takedowns-by-image -+-> carry-out -+-> remove --> tombstones on the splits
 *                                                   |              +-> withdrawn --> receipts
 *                                                   +-> refuse --> tombstones on the splits, quarantine, receipts, fingerprints
 * </pre>
 */
public final class PreprocessTopology {

  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private final PairTopics topics;
  private final CleaningPlan plan;
  private final WriterSchemas schemas;
  private final CaptionBytes captionBytes;
  private final RecordDecoder<Takedown> takedowns;
  private final RecordDecoder<Finding> findings;
  private final RecordDecoder<PreparedPair> published;
  private final Placement placement;
  private final int partitions;
  private final OutputRecords outputs;
  private final Refusals refusals;
  private final DecisionCounts counts;
  private final Takedowns.Tasks takedownsOfTasks = new Takedowns.Tasks();
  private final Step<Tracked<ReceivedPair>, GatedRecord> gate;
  private final Step<Tracked<GatedRecord>, PreparedPair> clean;

  /**
   * @param schemas which writers' schemas are known
   * @param captionBytes reads a doubtful caption's bytes
   * @param takedowns reads what is withdrawn
   * @param findings reads what is found of pictures
   * @param published reads the pairs whose pictures models wrote captions of
   * @param partitions partitions of each raw topic; the repartition topic has as many
   * @param counts where decisions are counted
   */
  public PreprocessTopology(
      PairTopics topics,
      CleaningPlan plan,
      WriterSchemas schemas,
      CaptionBytes captionBytes,
      RecordDecoder<Takedown> takedowns,
      RecordDecoder<Finding> findings,
      RecordDecoder<PreparedPair> published,
      int partitions,
      DecisionCounts counts) {
    this.topics = topics;
    this.plan = plan;
    this.schemas = schemas;
    this.captionBytes = captionBytes;
    this.takedowns = takedowns;
    this.findings = findings;
    this.published = published;
    this.placement = new Placement(partitions);
    this.partitions = partitions;
    this.outputs = new OutputRecords(plan);
    this.refusals = new Refusals(plan.answerLimits());
    this.counts = counts;
    this.gate = new CrashGuard<>(this::gate);
    this.clean = new CrashGuard<>(this::clean);
  }

  /** Builds with settings of the operator's, such as what wraps the processors. */
  public Topology build(StreamsBuilder builder) {
    builder.addStateStore(store(RECEIPTS_STORE, topics.receipts()));
    builder.addStateStore(store(TAKEDOWNS_STORE, topics.takedowns()));

    Fork<ReceivedPair> arrived =
        fork(
            "read",
            builder.stream(topics.rawNames(), consumed("raw-pairs"))
                .process(() -> reader(false), as("read")));

    Fork<ReceivedPair> repartitioned =
        fork(
            "read-repartitioned",
            arrived
                .kept()
                .filterNot((id, pair) -> isPlaced(pair), as("repartitioned"))
                .process(() -> new Placement.TakeToImage(), as("take-to-image"))
                .repartition(
                    Repartitioned.with(BYTES, BYTES)
                        .withName(TopicCatalogue.BY_IMAGE)
                        .withNumberOfPartitions(partitions))
                .process(() -> reader(true), as("read-repartitioned")));

    KStream<String, Tracked<ReceivedPair>> received =
        arrived
            .kept()
            .filter((id, pair) -> isPlaced(pair), as("placed"))
            .merge(repartitioned.kept(), as("received"));

    Fork<ReceivedPair> allowed =
        judged(
            "check-withdrawn",
            received,
            task -> new Takedowns(task, takedownsOfTasks)::refuseWithdrawn,
            TAKEDOWNS_STORE);

    Fork<GatedRecord> gated =
        judged("gate", allowed.kept(), task -> pair -> pair.as(gate.apply(pair)));

    Fork<GatedRecord> fresh =
        judged(
            "check-duplicate",
            gated.kept(),
            task -> {
              Receipts receipts = new Receipts(task);
              return pair -> receipts.refuseKnown(pair, refusals);
            },
            RECEIPTS_STORE);

    Fork<PreparedPair> cleaned =
        judged(
            "clean",
            fresh.kept(),
            task ->
                pair ->
                    new Tracked<>(
                        pair.raw(),
                        pair.identity().withSent(OutputRecords.sent(pair.stage().pair())),
                        clean.apply(pair)));

    Fork<PreparedPair> grouped =
        plan.nearCopies().areLookedFor() ? lookedUp(builder, cleaned) : cleaned;

    Fork<PreparedPair> distinct =
        judged(
            "check-sample",
            grouped.kept(),
            task -> {
              Receipts receipts = new Receipts(task);
              int most = plan.nearCopies().maxCaptions();
              return receipts
                  .refuseEqualSamples(new Takedowns(task, takedownsOfTasks), refusals)
                  .andThen(pair -> receipts.refuseFurtherCaptions(pair, most));
            },
            RECEIPTS_STORE,
            TAKEDOWNS_STORE);

    distinct
        .kept()
        .split(as("split"))
        .branch(isIn(Split.TRAINING), to(topics.training(), "training"))
        .branch(isIn(Split.VALIDATION), to(topics.validation(), "validation"))
        .defaultBranch(to(topics.test(), "test"));

    KStream<String, Tracked<Rejected>> rejected =
        arrived
            .rejected()
            .merge(repartitioned.rejected(), as("rejected-unread"))
            .merge(allowed.rejected(), as("rejected-withdrawn"))
            .merge(gated.rejected(), as("rejected-at-gate"))
            .merge(fresh.rejected(), as("rejected-copies"))
            .merge(grouped.rejected(), as("rejected-by-cleaning"))
            .merge(distinct.rejected(), as("rejected"));
    rejected
        .mapValues(outputs::quarantined, as("quarantined"))
        .to(topics.quarantine().name(), produced(topics.quarantine(), "quarantine"));

    KStream<String, Takedown> takedowns = takedownsByImage(builder);
    KStream<String, Withdrawn> withdrawn =
        takedowns
            .filterNot((key, takedown) -> RefusalKey.is(key), as("withdrawals"))
            .process(
                () -> new CarryOutTakedown(takedownsOfTasks),
                as("carry-out"),
                RECEIPTS_STORE,
                TAKEDOWNS_STORE);
    remove(withdrawn, "");
    KStream<String, Receipt> refused = carryOutRefusals(takedowns);

    distinct
        .kept()
        .mapValues(this::published, as("published"))
        .merge(rejected.mapValues(this::rejected, as("rejected-receipts")), as("decisions"))
        .process(
            () -> new WriteReceipt(plan.nearCopies().policy() == Policy.KEEP_BEST || forgets()),
            as("write-receipt"),
            RECEIPTS_STORE)
        .merge(
            withdrawn
                .mapValues(this::withdrawn, as("withdrawn"))
                .merge(refused, as("receipts-removed")),
            as("receipts-written"))
        .to(topics.receipts().name(), produced(topics.receipts(), "receipts"));

    return builder.build();
  }

  /**
   * Holds pairs of a new picture until it has been looked up among all earlier ones, and gives all
   * pairs of near copies one split. The pairs of a larger picture that supersedes a smaller one
   * wait until the smaller one's task has listed the pairs to remove; removal and publication
   * happen in one transaction.
   */
  private Fork<PreparedPair> lookedUp(StreamsBuilder builder, Fork<PreparedPair> cleaned) {
    builder.addStateStore(store(WAITING_PAIRS_STORE, topics.waitingPairs()));
    KStream<String, Known> pictures =
        cleaned
            .kept()
            .processValues(() -> new FindGroup(forgets()), as("find-group"), RECEIPTS_STORE);
    Fork<PreparedPair> known =
        fork(
            "known-picture",
            pictures.flatMapValues(pair -> pair.inGroup(plan.split()), as("known-picture")));
    pictures
        .process(RequestLookUp::new, as("request-look-up"), WAITING_PAIRS_STORE)
        .to(topics.fingerprints().name(), produced(topics.fingerprints(), "fingerprints"));
    KStream<String, Finding> read =
        builder.stream(
                topics.findings().name(),
                Consumed.with(Serdes.String(), BYTES).withName("findings"))
            .flatMapValues(
                value -> Decoded.of(findings, value, "a finding").stream().toList(),
                as("read-finding"));
    Fork<PreparedPair> found =
        fork(
            "near-copies",
            read.filterNot((image, finding) -> isSuperseded(finding), as("found"))
                .process(
                    () -> new TakeFinding(plan, takedownsOfTasks),
                    as("near-copies"),
                    RECEIPTS_STORE,
                    TAKEDOWNS_STORE,
                    WAITING_PAIRS_STORE));
    KStream<String, Withdrawn> superseded = read.process(Superseded::new, as("superseded"));
    remove(superseded, "superseded-");
    superseded
        .mapValues(
            pair -> outputs.removed(pair.receipt(), "list-superseded"),
            as("superseded-quarantined"))
        .to(topics.quarantine().name(), produced(topics.quarantine(), "quarantine-superseded"));
    KStream<String, Finding> handedOver =
        read.filter((image, finding) -> isSuperseded(finding), as("superseded-findings"))
            .process(
                () -> new ListSuperseded(plan.nearCopies().maxDistanceBits()),
                as("list-superseded"),
                RECEIPTS_STORE);
    handedOver.to(
        topics.findings().name(), produced(topics.findings(), "list-superseded-findings"));
    handedOver
        .process(Superseded::new, as("superseded-listed"))
        .mapValues(pair -> Receipts.withoutSent(pair.receipt()), as("superseded-receipts"))
        .to(topics.receipts().name(), produced(topics.receipts(), "list-superseded-receipts"));
    return new Fork<>(
        known.kept().merge(found.kept(), as("grouped")),
        cleaned
            .rejected()
            .merge(known.rejected(), as("rejected-known"))
            .merge(found.rejected(), as("rejected-as-copies")));
  }

  /**
   * Brings each takedown, and each refusal, to the tasks that it concerns, where it meets the
   * receipts. A task processes it between two records, so that a copy comes either before, and is
   * removed, or after, and is rejected.
   */
  private KStream<String, Takedown> takedownsByImage(StreamsBuilder builder) {
    @SuppressWarnings("removal") // its one abstract method is the one that goes
    StreamPartitioner<String, Takedown> tasks = ReadTakedown::tasks;
    return builder.stream(topics.takedowns().name(), consumed("takedowns"))
        .process(() -> new ReadTakedown(takedowns), as("read-takedown"))
        .repartition(
            Repartitioned.with(topics.takedowns().key(), topics.takedowns().value())
                .withName(TopicCatalogue.TAKEDOWNS_BY_IMAGE)
                .withStreamPartitioner(tasks)
                .withNumberOfPartitions(partitions));
  }

  /**
   * Takes published pairs out of their splits for what models answered about them, and says so in
   * quarantine and in their receipts, in one transaction.
   */
  private KStream<String, Receipt> carryOutRefusals(KStream<String, Takedown> takedowns) {
    KStream<String, Withdrawn> refused =
        takedowns
            .filter((key, takedown) -> RefusalKey.is(key), as("refusals"))
            .process(CarryOutRefusal::new, as("refuse"), RECEIPTS_STORE);
    remove(refused, "refused-");
    refused
        .mapValues(pair -> outputs.removed(pair.receipt(), "refuse"), as("refused-quarantined"))
        .to(topics.quarantine().name(), produced(topics.quarantine(), "quarantine-refused"));
    if (forgets()) {
      refused
          .process(ForgetPicture::new, as("forget-picture"), RECEIPTS_STORE)
          .to(
              topics.fingerprints().name(),
              produced(topics.fingerprints(), "fingerprints-forgotten"));
    }
    return refused.mapValues(this::refused, as("refused"));
  }

  /** Whether a picture that leaves its split makes room for its near copies. */
  private boolean forgets() {
    Policy policy = plan.nearCopies().policy();
    return (policy == Policy.KEEP_FIRST || policy == Policy.KEEP_BEST)
        && !refusals.limits().isEmpty();
  }

  private Receipt refused(Withdrawn pair) {
    counts.refused(RejectReason.MODEL_REFUSED);
    return Receipts.withoutSent(pair.receipt());
  }

  private Receipt withdrawn(Withdrawn pair) {
    counts.withdrawn();
    return pair.receipt();
  }

  private static <T> StoreBuilder<KeyValueStore<String, T>> store(
      String name, Topic<String, T> topic) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), topic.key(), topic.value())
        .withLoggingEnabled(Map.of())
        .withCachingDisabled();
  }

  private Tracked<Receipt> published(Tracked<PreparedPair> pair) {
    Instant at =
        counts.published(pair.stage().getSplit(), pair.identity().source(), pair.raw().arrivedAt());
    return pair.as(outputs.published(pair, at));
  }

  private Tracked<Receipt> rejected(Tracked<Rejected> record) {
    Instant at =
        counts.rejected(
            record.stage().rejection().reason(),
            record.identity().source(),
            record.raw().arrivedAt());
    return record.as(outputs.rejected(record, at));
  }

  private Outcome<GatedRecord> gate(Tracked<ReceivedPair> received) {
    ReceivedPair pair = received.stage();
    // First of all, so that no other reason keeps the bytes of a forbidden image in quarantine.
    return plan.screen(received.identity().imageDigest())
        .then(digest -> pair.submitted())
        .then(
            submitted ->
                pair.shown() == null
                    ? plan.gate(submitted)
                        .<GatedRecord>map(gated -> new WithPicture(pair.pair(), gated))
                    : Outcome.kept(new Generated(pair.pair(), submitted, pair.shown())));
  }

  private Outcome<PreparedPair> clean(Tracked<GatedRecord> gated) {
    return (gated.stage() instanceof WithPicture pair
            ? plan.clean(pair.gated()).map(cleaned -> outputs.prepared(gated, cleaned))
            : describe(gated, (Generated) gated.stage()))
        .then(pair -> OutputRecords.ofBearableSize(pair, gated));
  }

  /** Cleans the caption alone: the picture is published as it is. */
  private Outcome<PreparedPair> describe(Tracked<GatedRecord> gated, Generated pair) {
    return plan.describe(pair.submitted().caption(), pair.submitted().waived())
        .map(caption -> outputs.generated(gated, pair.shown(), caption));
  }

  private ReadRawPair reader(boolean isRepartitioned) {
    return new ReadRawPair(
        schemas,
        topics.crowdsourced().value().deserializer(),
        topics.generated().name(),
        published,
        captionBytes,
        isRepartitioned);
  }

  private boolean isPlaced(Tracked<?> tracked) {
    return placement.isRight(
        tracked.raw().key(),
        tracked.raw().origin().getPartition(),
        tracked.identity().imageDigest());
  }

  private static Predicate<String, Tracked<PreparedPair>> isIn(Split split) {
    return (id, pair) -> pair.stage().getSplit().equals(split.name());
  }

  private static Branched<String, Tracked<PreparedPair>> to(
      Topic<String, PreparedPair> topic, String node) {
    return Branched.withConsumer(
        pairs ->
            pairs
                .mapValues(Tracked::stage, as("to-" + node))
                .to(topic.name(), produced(topic, node)),
        "-" + node);
  }

  private static boolean isSuperseded(Finding finding) {
    return !finding.getSupersededBy().isEmpty();
  }

  private void remove(KStream<String, Withdrawn> pairs, String node) {
    pairs
        .split(as(node + "remove"))
        .branch(wasIn(Split.TRAINING), tombstones(topics.training(), node, "training"))
        .branch(wasIn(Split.VALIDATION), tombstones(topics.validation(), node, "validation"))
        .defaultBranch(tombstones(topics.test(), node, "test"));
  }

  private static Predicate<String, Withdrawn> wasIn(Split split) {
    return (id, pair) -> pair.from().name().equals(split.name());
  }

  private static Branched<String, Withdrawn> tombstones(
      Topic<String, PreparedPair> topic, String node, String split) {
    return Branched.withConsumer(
        pairs ->
            pairs
                .mapValues(pair -> (PreparedPair) null, as(node + "remove-from-" + split))
                .to(topic.name(), produced(topic, node + split + "-tombstones")),
        "-" + split);
  }

  /**
   * Source settings: without this extractor, a negative timestamp of a producer would end a thread.
   */
  private static Consumed<byte[], byte[]> consumed(String node) {
    return Consumed.with(BYTES, BYTES)
        .withTimestampExtractor((record, latest) -> Math.max(0, record.timestamp()))
        .withName(node);
  }

  private static <T> Produced<String, T> produced(Topic<String, T> topic, String node) {
    return Produced.with(topic.key(), topic.value()).withName(node);
  }

  private static <I, O> Fork<O> judged(
      String node,
      KStream<String, Tracked<I>> pairs,
      Function<ProcessingContext, Function<Tracked<I>, Tracked<Outcome<O>>>> judge,
      String... stores) {
    return fork(node, pairs.processValues(() -> new Judge<>(judge), as(node), stores));
  }

  private static <T> Fork<T> fork(String node, KStream<String, Tracked<Outcome<T>>> judged) {
    return new Fork<>(
        judged.flatMapValues(Tracked::kept, as(node + "-kept")),
        judged.flatMapValues(pair -> Tracked.rejected(node, pair), as(node + "-rejected")));
  }

  private record Fork<T>(
      KStream<String, Tracked<T>> kept, KStream<String, Tracked<Rejected>> rejected) {}
}
