package io.pairstream.ingest.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.Origin;
import java.time.Instant;
import java.util.Optional;

/**
 * What became of one pair or link.
 *
 * <p>Strings are empty where there is nothing to say.
 *
 * @param id what was asked for: a pair id, a link id, or coordinates of a record that has neither
 * @param kind {@code PAIR} or {@code LINK}
 * @param pairId the pair id; empty for a link whose image is not fetched
 * @param imageDigest lower-case hex SHA-256 of the image; empty where there is none yet
 * @param stand where it stands
 * @param reason why it was rejected, could not be fetched, or waits
 * @param says where it stands, and why, in plain words
 * @param measured the value that decided, with its unit
 * @param limit the limit that decided, with its unit
 * @param remedy what its producer can do about it
 * @param copies how many times the pair was judged or recognised, the first included; 0 where no
 *     receipt says so yet
 * @param origin coordinates of the record that came last through an ingest API, or else of the one
 *     that decided
 * @param copyOf coordinates of the record that decided, where the one that came last is a copy of
 *     it
 * @param receivedAt when an ingest API took it last
 * @param changedAt when the standing last changed, as far as it is known
 * @param decidedAt the time that Kafka gave the record that decided, but not before it was
 *     received, as clocks differ; empty until then
 */
public record StatusReport(
    String id,
    String kind,
    String pairId,
    String imageDigest,
    ReportedStatus stand,
    String reason,
    String says,
    String measured,
    String limit,
    String remedy,
    long copies,
    Origin origin,
    Optional<Origin> copyOf,
    Instant receivedAt,
    Instant changedAt,
    Optional<Instant> decidedAt) {

  public StatusReport {
    decidedAt = decidedAt.map(at -> at.isBefore(receivedAt) ? receivedAt : at);
  }

  /**
   * As clients read it. Strings are always there, empty where there is nothing to say; {@code
   * copy_of} and {@code decided_at} are there only where they have a value.
   */
  ObjectNode json() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("kind", kind)
            .put("pair_id", pairId)
            .put("image_digest", imageDigest)
            .put("standing", stand.name())
            .put("final", stand.isFinal())
            .put("reason", reason)
            .put("says", says)
            .put("measured", measured)
            .put("limit", limit)
            .put("remedy", remedy)
            .put("copies", copies);
    json.set("origin", coordinates(origin));
    copyOf.ifPresent(first -> json.set("copy_of", coordinates(first).put("id", pairId)));
    json.put("received_at", receivedAt.toString());
    json.put("changed_at", changedAt.toString());
    decidedAt.ifPresent(at -> json.put("decided_at", at.toString()));
    return json;
  }

  private static ObjectNode coordinates(Origin origin) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("topic", origin.getTopic())
        .put("partition", origin.getPartition())
        .put("offset", origin.getOffset());
  }
}
