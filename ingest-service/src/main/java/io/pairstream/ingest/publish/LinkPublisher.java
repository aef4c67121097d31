package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.publish.PairTooLargeException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.service.publish.RecordPublisher;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Publishes links for the fetcher, keyed by the URL's host, as {@link RecordPublisher} does: what
 * is acknowledged is in Kafka exactly once. At most {@link #BUFFER_BYTES} are in flight.
 * Thread-safe.
 *
 * <p>Futures complete on the producer's own thread; what depends on them must be short.
 */
public record LinkPublisher(RecordPublisher<PairLink> records, Clock clock)
    implements AutoCloseable {

  /** Bytes in flight before {@link #publish} blocks. */
  public static final int BUFFER_BYTES = 16 * 1024 * 1024;

  /** Bytes that the fetcher may add about a fetch to the link's own fields. */
  private static final int FETCHED_WORDS_BYTES = 64 * 1024;

  /** Largest record, in bytes: whatever its image is, the pair is one that the raw topic takes. */
  public static final int MAX_RECORD_BYTES =
      RecordSizes.MAX_RAW_RECORD - RecordSizes.MAX_IMAGE - FETCHED_WORDS_BYTES;

  /** Hexadecimal SHA-256; empty where it is unknown. */
  private static final Pattern DIGEST = Pattern.compile("([0-9a-f]{64})?");

  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(MAX_RECORD_BYTES, BUFFER_BYTES);

  /**
   * Opens a publisher once the topic takes records and the registry holds the schema.
   *
   * @param topic the topic of links
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}; those that an
   *     acknowledgement rests on stay as they are
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException where there is no such
   *     topic
   * @throws org.apache.kafka.common.errors.TimeoutException where no broker answers in the time
   *     that {@link RecordPublisher#open} waits
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public static LinkPublisher open(
      Topic<PairLink> topic, Map<String, ?> kafkaSettings, Clock clock) {
    return new LinkPublisher(RecordPublisher.open(topic, LIMITS, kafkaSettings), clock);
  }

  /** Full name of the topic. */
  public String topic() {
    return records.topic();
  }

  /**
   * Makes a link one that can be published; which addresses are fetched is for the fetcher to
   * decide.
   *
   * @param link its digest is kept in lower case
   * @throws InvalidLinkException where URL, caption or digest cannot be right
   */
  public static PairLink checked(PairLink link) {
    link.setExpectedDigest(link.getExpectedDigest().toLowerCase(Locale.ROOT));
    try {
      LinkHost.of(link.getMetadata().getUrl());
    } catch (InvalidUrlException e) {
      throw new InvalidLinkException("url", e.getMessage());
    }
    if (link.getCaption().isBlank()) {
      throw new InvalidLinkException("caption", "the caption is empty; say what the image shows");
    }
    if (!UTF_8.newEncoder().canEncode(link.getCaption())) {
      throw new InvalidLinkException(
          "caption", "the caption holds half a character, which has no form in UTF-8");
    }
    if (!DIGEST.matcher(link.getExpectedDigest()).matches()) {
      throw new InvalidLinkException(
          "expected_digest",
          "the expected digest is not SHA-256 in 64 hex digits; leave it out where it is unknown");
    }
    return link;
  }

  /**
   * Sends a link, which says from now on when it was received; blocks while too much is in flight.
   *
   * @return the acknowledgement, or {@link PublishFailedException}
   * @throws InvalidLinkException where it cannot be right, see {@link #checked}
   * @throws PairTooLargeException where the record is larger than {@link #MAX_RECORD_BYTES}
   * @throws RegistryUnavailableException where the schema's id is not known yet and the registry
   *     does not answer
   */
  public CompletableFuture<Published> publish(PairLink link) {
    return publish(link, "");
  }

  /**
   * Publishes a link for a producer, to whom the fetcher's notes about the link will belong.
   *
   * @param producer owner of the API key; empty where no key was asked for
   */
  public CompletableFuture<Published> publish(PairLink link, String producer) {
    String linkId = PairIdentity.linkId(checked(link).getMetadata().getUrl(), link.getCaption());
    link.getMetadata().setReceivedAt(clock.instant());
    List<Header> headers = new ArrayList<>();
    if (!producer.isEmpty()) {
      headers.add(new RecordHeader(LinkHeaders.PRODUCER, producer.getBytes(UTF_8)));
    }
    return records
        .publish(LinkHost.of(link.getMetadata().getUrl()), link, headers, "link " + linkId)
        .thenApply(
            metadata ->
                new Published(linkId, "", topic(), metadata.partition(), metadata.offset()));
  }

  /**
   * Sends what is in flight, then lets go of the connections.
   *
   * @throws PublishFailedException the first failure since the last flush
   */
  @Override
  public void close() {
    records.close();
  }

  /** Lets go of the connections at once; what is not acknowledged yet fails. */
  public void abort() {
    records.abort();
  }

  /**
   * Publishes a link after its note, which is in Kafka first.
   *
   * @param producer owner of the API key; empty where no key was asked for
   */
  public CompletableFuture<Published> publish(PairLink link, String producer, UploadNotes notes) {
    return notes
        .before(checked(link), topic(), producer)
        .thenCompose(written -> publish(link, producer));
  }
}
