package io.pairstream.preprocess.topology;

import static io.pairstream.preprocess.topology.TopicNodes.write;
import static io.pairstream.schemas.topics.TopicCatalogue.RECEIPTS_STORE;
import static io.pairstream.schemas.topics.TopicCatalogue.TAKEDOWNS_STORE;
import static org.apache.kafka.streams.kstream.Named.as;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.NearCopies.Policy;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.preprocess.topology.Tracked.GatedRecord;
import io.pairstream.preprocess.topology.Tracked.GatedRecord.Generated;
import io.pairstream.preprocess.topology.Tracked.GatedRecord.WithPicture;
import io.pairstream.preprocess.topology.Tracked.ReceivedPair;
import io.pairstream.preprocess.topology.Tracked.Rejected;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.rejection.RefusedAnswers;
import java.time.Instant;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Repartitioned;

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
 * </pre>
 *
 * {@link NearCopyBranch} draws what comes between clean and check-sample where the recipe looks for
 * near copies, {@link TakedownBranch} what takedowns do.
 */
public final class PreprocessTopology {

  private final PairTopics topics;
  private final CleaningPlan plan;
  private final WriterSchemas schemas;
  private final Placement placement;
  private final OutputRecords outputs;
  private final RefusedAnswers refusals;
  private final DecisionCounts counts;
  private final RawLog rawLog;
  private final WaitingPairs.Memory memory;
  private final Takedowns.Tasks takedownsOfTasks = new Takedowns.Tasks();
  private final Step<Tracked<ReceivedPair>, GatedRecord> gate;
  private final Step<Tracked<GatedRecord>, PreparedPair> clean;

  /**
   * @param schemas known schemas of raw pairs
   * @param partitions partitions of each raw topic; the repartition topic has as many
   * @param counts where decisions are counted
   * @param rawLog the raw topics, for pairs that wait and are not in memory any more
   * @param mostHeldBytes memory for prepared pairs that wait
   */
  public PreprocessTopology(
      PairTopics topics,
      CleaningPlan plan,
      WriterSchemas schemas,
      int partitions,
      DecisionCounts counts,
      RawLog rawLog,
      long mostHeldBytes) {
    this.topics = topics;
    this.plan = plan;
    this.schemas = schemas;
    this.placement = new Placement(partitions);
    this.outputs = new OutputRecords(plan);
    this.refusals = new RefusedAnswers(RefusedAnswers.recorded(plan.answerLimits()));
    this.counts = counts;
    this.rawLog = rawLog;
    this.memory = new WaitingPairs.Memory(mostHeldBytes);
    this.gate = new CrashGuard<>(this::gate);
    this.clean = new CrashGuard<>(this::clean);
  }

  /** Builds with settings of the operator's, such as what wraps the processors. */
  public Topology build(StreamsBuilder builder) {
    builder.addStateStore(TopicNodes.store(RECEIPTS_STORE, topics.receipts()));
    builder.addStateStore(TopicNodes.store(TAKEDOWNS_STORE, topics.takedowns()));

    Fork<PreparedPair> distinct = distinct(builder, fresh(received(builder)));
    TopicNodes.publish(distinct.kept(), topics);
    write(
        distinct.rejected().mapValues(outputs::quarantined, as("quarantined")),
        topics.quarantine(),
        "quarantine");
    KStream<String, Receipt> removed =
        new TakedownBranch(
                topics, outputs, counts, takedownsOfTasks, placement.partitions(), forgets())
            .build(builder);
    write(
        distinct
            .kept()
            .mapValues(this::published, as("published"))
            .merge(
                distinct.rejected().mapValues(this::rejected, as("rejected-receipts")),
                as("decisions"))
            .process(
                () -> new WriteReceipt(plan.nearCopies().policy() == Policy.KEEP_BEST || forgets()),
                as("write-receipt"),
                RECEIPTS_STORE)
            .merge(removed, as("receipts-written")),
        topics.receipts(),
        "receipts");
    return builder.build();
  }

  /** Reads raw pairs, each in the task of its image. */
  private Fork<ReceivedPair> received(StreamsBuilder builder) {
    Fork<ReceivedPair> arrived =
        Fork.of(
            "read",
            builder.stream(topics.rawNames(), TopicNodes.consumed("raw-pairs"))
                .process(() -> reader(false), as("read")));
    Fork<ReceivedPair> repartitioned =
        Fork.of(
            "read-repartitioned",
            arrived
                .kept()
                .filterNot((id, pair) -> isPlaced(pair), as("repartitioned"))
                .process(() -> new Placement.TakeToImage(), as("take-to-image"))
                .repartition(
                    Repartitioned.with(TopicNodes.BYTES, TopicNodes.BYTES)
                        .withName(TopicCatalogue.BY_IMAGE)
                        .withNumberOfPartitions(placement.partitions()))
                .process(() -> reader(true), as("read-repartitioned")));
    return new Fork<>(
        arrived
            .kept()
            .filter((id, pair) -> isPlaced(pair), as("placed"))
            .merge(repartitioned.kept(), as("received")),
        repartitioned.after(arrived, "rejected-unread").rejected());
  }

  /** Lets through what is neither withdrawn, nor unusable by its header, nor known already. */
  private Fork<GatedRecord> fresh(Fork<ReceivedPair> received) {
    Fork<ReceivedPair> allowed =
        received
            .<ReceivedPair>judge(
                "check-withdrawn",
                task -> new Takedowns(task, takedownsOfTasks)::refuseWithdrawn,
                TAKEDOWNS_STORE)
            .after(received, "rejected-withdrawn");
    Fork<GatedRecord> gated =
        allowed
            .<GatedRecord>judge("gate", task -> pair -> pair.as(gate.apply(pair)))
            .after(allowed, "rejected-at-gate");
    return gated
        .<GatedRecord>judge(
            "check-duplicate",
            task -> {
              Receipts receipts = new Receipts(task);
              return pair -> receipts.refuseKnown(pair, refusals);
            },
            RECEIPTS_STORE)
        .after(gated, "rejected-copies");
  }

  /** Cleans, and lets through samples that are not published yet. */
  private Fork<PreparedPair> distinct(StreamsBuilder builder, Fork<GatedRecord> fresh) {
    Fork<PreparedPair> cleaned =
        fresh.judge(
            "clean",
            task ->
                pair ->
                    new Tracked<>(
                        pair.raw(),
                        pair.identity().withSent(OutputRecords.sent(pair.stage().pair())),
                        clean.apply(pair)));
    Fork<PreparedPair> grouped =
        (plan.nearCopies().areLookedFor()
                ? new NearCopyBranch(
                        topics,
                        plan,
                        outputs,
                        takedownsOfTasks,
                        forgets(),
                        memory,
                        new PrepareAgain(rawLog, () -> reader(false), gate, clean))
                    .build(builder, cleaned)
                : cleaned)
            .after(fresh, "rejected-by-cleaning");
    return grouped
        .<PreparedPair>judge(
            "check-sample",
            task -> {
              Receipts receipts = new Receipts(task);
              int most = plan.nearCopies().maxCaptions();
              return receipts
                  .refuseEqualSamples(new Takedowns(task, takedownsOfTasks), refusals)
                  .andThen(pair -> receipts.refuseFurtherCaptions(pair, most));
            },
            RECEIPTS_STORE,
            TAKEDOWNS_STORE)
        .after(grouped, "rejected");
  }

  /** Whether a picture that leaves its split makes room for its near copies. */
  private boolean forgets() {
    Policy policy = plan.nearCopies().policy();
    return (policy == Policy.KEEP_FIRST || policy == Policy.KEEP_BEST) && !refusals.isEmpty();
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
    return new ReadRawPair(topics, schemas, isRepartitioned);
  }

  private boolean isPlaced(Tracked<?> tracked) {
    return placement.isRight(
        tracked.raw().key(),
        tracked.raw().origin().getPartition(),
        tracked.identity().imageDigest());
  }
}
