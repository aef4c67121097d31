package io.pairstream.preprocess.topology;

import static io.pairstream.preprocess.topology.TopicNodes.decoded;
import static io.pairstream.preprocess.topology.TopicNodes.write;
import static io.pairstream.schemas.topics.TopicCatalogue.RECEIPTS_STORE;
import static io.pairstream.schemas.topics.TopicCatalogue.TAKEDOWNS_STORE;
import static io.pairstream.schemas.topics.TopicCatalogue.WAITING_PAIRS_STORE;
import static org.apache.kafka.streams.kstream.Named.as;

import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.preprocess.topology.FindGroup.Known;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.PairTopics;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;

/**
 * The part of the graph that holds pairs of a new picture until it has been looked up among all
 * earlier ones, and gives all pairs of near copies one split. The pairs of a larger picture that
 * supersedes a smaller one wait until the smaller one's task has listed the pairs to remove;
 * removal and publication happen in one transaction.
 *
 * <pre>
 * clean -> find-group -+-> known-picture ------------------------------------------+-> grouped
 *                      +-> request-look-up -> fingerprints ... findings -+-> near-copies --+
 *                                                              ^         +-> superseded --> tombstones on the splits, quarantine
 *                                                              +------------ list-superseded --> receipts
 * </pre>
 *
 * @param forgets whether a picture that leaves its split makes room for its near copies
 * @param memory where pairs wait
 * @param again prepares those that are not held there
 */
record NearCopyBranch(
    PairTopics topics,
    CleaningPlan plan,
    OutputRecords outputs,
    Takedowns.Tasks takedownsOfTasks,
    boolean forgets,
    WaitingPairs.Memory memory,
    PrepareAgain again) {

  Fork<PreparedPair> build(StreamsBuilder builder, Fork<PreparedPair> cleaned) {
    builder.addStateStore(TopicNodes.store(WAITING_PAIRS_STORE, topics.waitingPairs()));
    KStream<String, Known> pictures =
        cleaned
            .kept()
            .processValues(() -> new FindGroup(forgets), as("find-group"), RECEIPTS_STORE);
    Fork<PreparedPair> known =
        Fork.of(
            "known-picture",
            pictures.flatMapValues(pair -> pair.inGroup(plan.split()), as("known-picture")));
    write(
        pictures.process(
            () -> new RequestLookUp(memory), as("request-look-up"), WAITING_PAIRS_STORE),
        topics.fingerprints(),
        "fingerprints");
    KStream<String, Finding> read =
        builder.stream(topics.findings().name(), TopicNodes.keyed("findings"))
            .flatMapValues(
                value -> decoded(topics.findings(), value, "a finding").stream().toList(),
                as("read-finding"));
    Fork<PreparedPair> found =
        Fork.of(
            "near-copies",
            read.filterNot((image, finding) -> isSuperseded(finding), as("found"))
                .process(
                    () -> new TakeFinding(plan, takedownsOfTasks, memory, again),
                    as("near-copies"),
                    RECEIPTS_STORE,
                    TAKEDOWNS_STORE,
                    WAITING_PAIRS_STORE));
    removeSuperseded(read);
    return new Fork<>(
        known.kept().merge(found.kept(), as("grouped")),
        found.after(known.after(cleaned, "rejected-known"), "rejected-as-copies").rejected());
  }

  private void removeSuperseded(KStream<String, Finding> read) {
    KStream<String, Withdrawn> superseded = read.process(Superseded::new, as("superseded"));
    TopicNodes.remove(superseded, topics, "superseded-");
    write(
        superseded.mapValues(
            pair -> outputs.removed(pair.receipt(), "list-superseded"),
            as("superseded-quarantined")),
        topics.quarantine(),
        "quarantine-superseded");
    KStream<String, Finding> handedOver =
        read.filter((image, finding) -> isSuperseded(finding), as("superseded-findings"))
            .process(
                () -> new ListSuperseded(plan.nearCopies().maxDistanceBits()),
                as("list-superseded"),
                RECEIPTS_STORE);
    write(handedOver, topics.findings(), "list-superseded-findings");
    write(
        handedOver
            .process(Superseded::new, as("superseded-listed"))
            .mapValues(pair -> Receipts.withoutSent(pair.receipt()), as("superseded-receipts")),
        topics.receipts(),
        "list-superseded-receipts");
  }

  private static boolean isSuperseded(Finding finding) {
    return !finding.getSupersededBy().isEmpty();
  }
}
