package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.quarantine.Original;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * An entry of the quarantine as JSON.
 *
 * @param replayOf absent where it was not in quarantine before, like {@code reviewId}
 * @param sourceKind empty where the record is not kept or cannot be read, like {@code contributor}
 * @param url absent where it is no link, like {@code caption}
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record QuarantinedEntry(
    String key,
    String pairId,
    String imageDigest,
    String reason,
    String detail,
    String measured,
    String limit,
    String step,
    String recipeVersion,
    long valueBytes,
    Instant quarantinedAt,
    Coordinates origin,
    Optional<String> replayOf,
    Optional<String> reviewId,
    String sourceKind,
    String contributor,
    Optional<String> url,
    Optional<String> caption) {

  /** Where a record is. */
  record Coordinates(String topic, int partition, long offset) {

    static Coordinates of(Origin origin) {
      return new Coordinates(origin.getTopic(), origin.getPartition(), origin.getOffset());
    }
  }

  static QuarantinedEntry of(QuarantineEntry entry, ClusterAccess cluster) {
    QuarantinedPair pair = entry.pair();
    Optional<Replay> replay = replay(pair);
    Optional<PairLink> link = Original.link(pair, cluster);
    Optional<RawPair> original = Original.pair(pair, cluster);
    return new QuarantinedEntry(
        entry.key(),
        pair.getPairId(),
        pair.getImageDigest(),
        pair.getReason(),
        pair.getDetail(),
        pair.getMeasured(),
        pair.getLimit(),
        pair.getStep(),
        pair.getRecipeVersion(),
        entry.valueBytes(),
        pair.getQuarantinedAt(),
        Coordinates.of(pair.getOrigin()),
        replay.map(before -> OriginHeader.text(before.of())),
        replay.map(Replay::reviewId),
        original.map(RawPair::getSourceKind).or(() -> link.map(PairLink::getSourceKind)).orElse(""),
        original
            .map(RawPair::getContributor)
            .or(() -> link.map(PairLink::getContributor))
            .orElse(""),
        link.map(PairLink::getUrl),
        link.map(PairLink::getCaption));
  }

  /** What its headers say, where it was in quarantine before. */
  static Optional<Replay> replay(QuarantinedPair pair) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : pair.getHeaders()) {
      headers.add(
          header.getKey(),
          header.getValue() == null ? new byte[0] : Utils.toArray(header.getValue()));
    }
    return Replay.read(headers);
  }
}
