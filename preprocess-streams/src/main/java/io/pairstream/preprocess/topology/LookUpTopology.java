package io.pairstream.preprocess.topology;

import static org.apache.kafka.streams.kstream.Named.as;

import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.PairTopics;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;

/**
 * Looks each new picture up among all earlier ones. The fingerprints have one partition, and so one
 * order: of two near copies one comes first, wherever they were prepared.
 *
 * <pre>
 * fingerprints -> look-up -> findings
 * </pre>
 *
 * @param nearCopies which pictures are copies, and what becomes of them
 * @param splitsByImage whether nothing but its image says where a pair belongs
 */
public record LookUpTopology(PairTopics topics, NearCopies nearCopies, boolean splitsByImage) {

  /** The graph. */
  public Topology build(StreamsBuilder builder) {
    builder.addStateStore(
        TopicNodes.store(TopicCatalogue.PICTURES_STORE, TopicNodes.BYTES, TopicNodes.BYTES));
    TopicNodes.write(
        builder.stream(topics.fingerprints().name(), TopicNodes.keyed("fingerprints"))
            .process(
                () -> new LookUp(topics.fingerprints(), nearCopies, splitsByImage),
                as("look-up"),
                TopicCatalogue.PICTURES_STORE),
        topics.findings(),
        "findings");
    return builder.build();
  }
}
