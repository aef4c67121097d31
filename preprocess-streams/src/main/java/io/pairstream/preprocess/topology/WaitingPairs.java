package io.pairstream.preprocess.topology;

import io.pairstream.preprocess.topology.RawRecord.RawHeader;
import io.pairstream.preprocess.topology.Tracked.Identity;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The pairs of a task whose picture is being looked up, under {@code IMAGE-DIGEST/COORDINATES}. The
 * raw record's value is not kept: the picture stays where it is, on the raw topic.
 */
final class WaitingPairs {

  private final KeyValueStore<String, WaitingPair> store;

  WaitingPairs(ProcessingContext task) {
    store = task.getStateStore(TopicCatalogue.WAITING_PAIRS_STORE);
  }

  /** Adds a pair; whether it is the first of its image. */
  boolean add(Tracked<PreparedPair> tracked) {
    PreparedPair pair = tracked.stage();
    String image = pair.getImageDigest() + "/";
    boolean isFirst;
    try (KeyValueIterator<String, WaitingPair> found = of(image)) {
      isFirst = !found.hasNext();
    }
    store.put(
        image + OriginHeader.text(pair.getOrigin()),
        new WaitingPair(
            pair, OutputRecords.headers(tracked.raw()), tracked.identity().sent().orElse(null)));
    return isFirst;
  }

  /** Takes those of an image out. */
  List<Tracked<PreparedPair>> take(String imageDigest) {
    List<Tracked<PreparedPair>> pairs = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    try (KeyValueIterator<String, WaitingPair> found = of(imageDigest + "/")) {
      while (found.hasNext()) {
        KeyValue<String, WaitingPair> waiting = found.next();
        keys.add(waiting.key);
        pairs.add(tracked(waiting.value));
      }
    }
    keys.forEach(key -> store.put(key, null)); // delete would read it once more
    return pairs;
  }

  private KeyValueIterator<String, WaitingPair> of(String image) {
    return store.prefixScan(image, new StringSerializer());
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
            pair.getProducer(),
            Canaries.source(pair.getSourceKind(), pair.getContributor(), pair.getProducer()),
            pair.getReceivedAt(),
            Optional.ofNullable(waiting.getSent())),
        pair);
  }

  private static RawHeader raw(Header header) {
    return new RawHeader(
        header.getKey(), header.getValue() == null ? null : Utils.toArray(header.getValue()));
  }
}
