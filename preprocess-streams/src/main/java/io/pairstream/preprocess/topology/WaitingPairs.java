package io.pairstream.preprocess.topology;

import io.pairstream.preprocess.topology.RawRecord.RawHeader;
import io.pairstream.preprocess.topology.Tracked.Identity;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The pairs of a task whose picture is being looked up, under {@code IMAGE-DIGEST/COORDINATES}. The
 * raw record's value is not kept: the original stays where it is, on the raw topic. A prepared
 * picture is kept once, with the first pair that waits for it.
 *
 * <p>The first two of an image have a fixed name in place of the coordinates. A scan costs a pair
 * more than all else that is done to have it wait, so that it is left to images of which more wait.
 */
final class WaitingPairs {

  private static final String FIRST = "/1";
  private static final String SECOND = "/2";

  private final KeyValueStore<String, WaitingPair> store;

  WaitingPairs(ProcessingContext task) {
    store = task.getStateStore(TopicCatalogue.WAITING_PAIRS_STORE);
  }

  /** Adds a pair; whether it is the first of its image. */
  boolean add(Tracked<PreparedPair> tracked) {
    PreparedPair pair = tracked.stage();
    String image = pair.getImageDigest();
    WaitingPair first = store.get(image + FIRST);
    String place =
        first == null
            ? FIRST
            : store.get(image + SECOND) == null
                ? SECOND
                : "/" + OriginHeader.text(pair.getOrigin());
    boolean isKept = first != null && isPictureOf(first.getPair(), pair);
    store.put(
        image + place,
        new WaitingPair(
            isKept ? withoutPicture(pair) : pair,
            OutputRecords.headers(tracked.raw()),
            tracked.identity().sent().orElse(null)));
    return first == null;
  }

  /** Whether both have the same picture, in all sizes: one after a change of recipe may differ. */
  private static boolean isPictureOf(PreparedPair first, PreparedPair pair) {
    return pair.getImage().equals(first.getImage())
        && pair.getRenditions().equals(first.getRenditions());
  }

  /** A copy that shares all else, where {@code newBuilder} would copy the picture, too. */
  private static PreparedPair withoutPicture(PreparedPair pair) {
    PreparedPair other = new PreparedPair();
    pair.getSchema().getFields().forEach(field -> other.put(field.pos(), pair.get(field.pos())));
    other.setImage(ByteBuffer.allocate(0));
    other.setRenditions(List.of());
    return other;
  }

  private static void givePicture(PreparedPair first, PreparedPair pair) {
    if (!pair.getImage().hasRemaining()) {
      pair.setImage(first.getImage());
      pair.setRenditions(first.getRenditions());
    }
  }

  /** Takes those of an image out. */
  List<Tracked<PreparedPair>> take(String imageDigest) {
    Map<String, WaitingPair> waiting = new LinkedHashMap<>();
    WaitingPair first = store.get(imageDigest + FIRST);
    if (first != null && store.get(imageDigest + SECOND) == null) {
      waiting.put(imageDigest + FIRST, first);
    } else {
      try (KeyValueIterator<String, WaitingPair> found =
          store.prefixScan(imageDigest + "/", new StringSerializer())) {
        found.forEachRemaining(pair -> waiting.put(pair.key, pair.value));
      }
      waiting.values().forEach(pair -> givePicture(first.getPair(), pair.getPair()));
    }
    waiting.keySet().forEach(key -> store.put(key, null)); // delete would read it once more
    return waiting.values().stream().map(WaitingPairs::tracked).toList();
  }

  private static Tracked<PreparedPair> tracked(WaitingPair waiting) {
    PreparedPair pair = waiting.getPair();
    return new Tracked<>(
        new RawRecord(
            null,
            null,
            waiting.getHeaders().stream().map(WaitingPairs::raw).toList(),
            pair.getOrigin(),
            pair.getPreparedAt()),
        new Identity(
            pair.getPairId(),
            pair.getImageDigest(),
            "",
            pair.getMetadata().getProducer(),
            Canaries.source(pair.getMetadata()),
            pair.getMetadata().getReceivedAt(),
            Optional.ofNullable(waiting.getSent())),
        pair);
  }

  private static RawHeader raw(Header header) {
    return new RawHeader(
        header.getKey(), header.getValue() == null ? null : Utils.toArray(header.getValue()));
  }
}
