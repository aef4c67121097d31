package io.pairstream.preprocess.topology;

import io.pairstream.schemas.Finding;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.wire.CaptionBytes;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.WriterSchemas;

/**
 * Readers of the topology's inputs.
 *
 * @param schemas known schemas of raw pairs
 * @param captionBytes reads the bytes of a doubtful caption
 * @param published reads the pairs whose pictures models wrote captions of
 */
public record RecordReaders(
    WriterSchemas schemas,
    CaptionBytes captionBytes,
    RecordDecoder<Takedown> takedowns,
    RecordDecoder<Finding> findings,
    RecordDecoder<PreparedPair> published) {

  /** Readers that take writers' schemas from a registry. */
  public static RecordReaders of(PairTopics topics, Registry registry, WriterSchemas schemas) {
    return new RecordReaders(
        schemas,
        new CaptionBytes(registry, topics.crowdsourced().name() + "-value"),
        new RecordDecoder<>(topics.takedowns(), Takedown.SCHEMA$, registry),
        new RecordDecoder<>(topics.findings(), Finding.SCHEMA$, registry),
        new RecordDecoder<>(topics.training(), PreparedPair.SCHEMA$, registry));
  }
}
