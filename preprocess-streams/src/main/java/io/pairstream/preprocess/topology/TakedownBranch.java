package io.pairstream.preprocess.topology;

import static io.pairstream.preprocess.topology.TopicNodes.write;
import static io.pairstream.schemas.topics.TopicCatalogue.RECEIPTS_STORE;
import static io.pairstream.schemas.topics.TopicCatalogue.TAKEDOWNS_STORE;
import static org.apache.kafka.streams.kstream.Named.as;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.PairTopics;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * The part of the graph that takes published pairs out of their splits: those that a takedown
 * names, and those that a model's answer refuses. It says so in quarantine and in their receipts,
 * in one transaction.
 *
 * <pre>
 * takedowns -> read-takedown -> takedowns-by-image -+-> carry-out -+-> remove --> tombstones on the splits
 *                                                   |              +-> withdrawn --> receipts
 *                                                   +-> refuse --> tombstones on the splits, quarantine, receipts, fingerprints
 * </pre>
 *
 * @param partitions partitions of each raw topic
 * @param forgets whether a picture that leaves its split makes room for its near copies
 */
record TakedownBranch(
    PairTopics topics,
    OutputRecords outputs,
    DecisionCounts counts,
    Takedowns.Tasks takedownsOfTasks,
    int partitions,
    boolean forgets) {

  /** The new receipts of the pairs that leave their splits. */
  KStream<String, Receipt> build(StreamsBuilder builder) {
    KStream<String, Takedown> byImage = byImage(builder);
    KStream<String, Withdrawn> withdrawn =
        byImage
            .filterNot((key, takedown) -> RefusalKey.is(key), as("withdrawals"))
            .process(
                () -> new CarryOutTakedown(takedownsOfTasks),
                as("carry-out"),
                RECEIPTS_STORE,
                TAKEDOWNS_STORE);
    TopicNodes.remove(withdrawn, topics, "");
    KStream<String, Receipt> refused = refused(byImage);
    return withdrawn
        .mapValues(this::withdrawn, as("withdrawn"))
        .merge(refused, as("receipts-removed"));
  }

  /**
   * Brings each takedown, and each refusal, to the tasks that it concerns, where it meets the
   * receipts. A task processes it between two records, so that a copy comes either before, and is
   * removed, or after, and is rejected.
   */
  private KStream<String, Takedown> byImage(StreamsBuilder builder) {
    @SuppressWarnings("removal") // its one abstract method is the one that goes
    StreamPartitioner<String, Takedown> tasks = ReadTakedown::tasks;
    return builder.stream(topics.takedowns().name(), TopicNodes.consumed("takedowns"))
        .process(() -> new ReadTakedown(topics.takedowns()), as("read-takedown"))
        .repartition(
            Repartitioned.with(topics.takedowns().key(), topics.takedowns().value())
                .withName(TopicCatalogue.TAKEDOWNS_BY_IMAGE)
                .withStreamPartitioner(tasks)
                .withNumberOfPartitions(partitions));
  }

  private KStream<String, Receipt> refused(KStream<String, Takedown> byImage) {
    KStream<String, Withdrawn> refused =
        byImage
            .filter((key, takedown) -> RefusalKey.is(key), as("refusals"))
            .process(CarryOutRefusal::new, as("refuse"), RECEIPTS_STORE);
    TopicNodes.remove(refused, topics, "refused-");
    write(
        refused.mapValues(
            pair -> outputs.removed(pair.receipt(), "refuse"), as("refused-quarantined")),
        topics.quarantine(),
        "quarantine-refused");
    if (forgets) {
      write(
          refused.process(ForgetPicture::new, as("forget-picture"), RECEIPTS_STORE),
          topics.fingerprints(),
          "fingerprints-forgotten");
    }
    return refused.mapValues(this::refused, as("refused"));
  }

  private Receipt refused(Withdrawn pair) {
    counts.refused(RejectReason.MODEL_REFUSED);
    return Receipts.withoutSent(pair.receipt());
  }

  private Receipt withdrawn(Withdrawn pair) {
    counts.withdrawn();
    return pair.receipt();
  }
}
