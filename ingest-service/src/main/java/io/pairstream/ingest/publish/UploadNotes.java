package io.pairstream.ingest.publish;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Notes what is published among the uploads, by id, so that its status can be asked for before it
 * is judged: a pair before its note, a link after it. Each waits for the other on the thread of the
 * producer that confirms it, which is held back while the next one takes nothing. Thread-safe.
 *
 * @param records publisher of the notes
 */
public record UploadNotes(RecordPublisher<Upload> records, Clock clock) {

  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(1024 * 1024, 16 * 1024 * 1024);

  /** Opens the notes; throws as {@link RecordPublisher#open} does. */
  public static UploadNotes open(Topic<Upload> topic, Map<String, ?> kafkaSettings, Clock clock) {
    return new UploadNotes(RecordPublisher.open(topic, LIMITS, kafkaSettings), clock);
  }

  /** Writes the note of a pair that is published; done once it is in Kafka too. */
  CompletableFuture<Published> after(Published pair, String producer, Instant receivedAt) {
    return write(
            note(pair.id(), producer, receivedAt)
                .setPairId(pair.id())
                .setImageDigest(pair.imageDigest())
                .setOrigin(new Origin(pair.topic(), pair.partition(), pair.offset())))
        .thenApply(written -> pair);
  }

  /**
   * Writes the note of a link, which can name no coordinates yet: a fetcher may be done with it
   * before its acknowledgement is here, and what the fetcher notes under the same id must be last.
   * A note without its link is of a link that its sender was asked to send again.
   */
  CompletableFuture<?> before(PairLink link, String topic, String producer) {
    return write(
        note(
                PairIdentity.linkId(link.getMetadata().getUrl(), link.getCaption()),
                producer,
                clock.instant())
            .setKind("LINK")
            .setUrl(link.getMetadata().getUrl())
            .setOrigin(Origin.newBuilder().setTopic(topic).build()));
  }

  private static Upload.Builder note(String id, String producer, Instant now) {
    return Upload.newBuilder()
        .setId(id)
        .setStatus("RECEIVED")
        .setProducer(producer)
        .setReceivedAt(now)
        .setChangedAt(now);
  }

  private CompletableFuture<?> write(Upload.Builder note) {
    return records.publish(note.getId(), note.build(), "upload " + note.getId());
  }
}
