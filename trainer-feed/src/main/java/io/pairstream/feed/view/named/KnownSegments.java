package io.pairstream.feed.view.named;

import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.schemas.ViewSegment;
import io.pairstream.schemas.wire.RecordDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The segments of named views, as the topic's records tell them one after the other. */
final class KnownSegments implements TopicTail.Reader {

  private static final Pattern KEY = Pattern.compile("([^/]+)/([0-9]{8})");

  private final RecordDecoder<ViewSegment> decoder;
  private final Predicate<String> wanted;
  private final SortedMap<String, SortedMap<Integer, ConsumerRecord<byte[], byte[]>>> records =
      new TreeMap<>();

  /** Those that were asked for since their last record. */
  private final Map<String, NamedView> read = new HashMap<>();

  /**
   * @param wanted by name, the views that will be asked for
   */
  KnownSegments(RecordDecoder<ViewSegment> decoder, Predicate<String> wanted) {
    this.decoder = decoder;
    this.wanted = wanted;
  }

  /** Key of a segment's record. */
  static String key(String name, int segment) {
    return "%s/%08d".formatted(name, segment);
  }

  @Override
  public void read(ConsumerRecord<byte[], byte[]> record) {
    Matcher key = KEY.matcher(new String(record.key(), StandardCharsets.UTF_8));
    if (!key.matches() || !wanted.test(key.group(1))) {
      return;
    }
    String name = key.group(1);
    int segment = Integer.parseInt(key.group(2));
    read.remove(name);
    if (record.value() != null) {
      records.computeIfAbsent(name, unused -> new TreeMap<>()).put(segment, record);
    } else if (records.containsKey(name)) {
      records.get(name).remove(segment);
      if (records.get(name).isEmpty()) {
        records.remove(name);
      }
    }
  }

  /** Names of all views. */
  List<String> names() {
    return List.copyOf(records.keySet());
  }

  /** Numbers of the segments of a view for which there is a record. */
  List<Integer> numbers(String name) {
    return records.containsKey(name) ? List.copyOf(records.get(name).keySet()) : List.of();
  }

  /**
   * The view of a name.
   *
   * @throws InvalidViewException where its records are not those of a view
   */
  Optional<NamedView> view(String name) {
    if (!records.containsKey(name)) {
      return Optional.empty();
    }
    return Optional.of(read.computeIfAbsent(name, this::decode));
  }

  private NamedView decode(String name) {
    List<ViewSegment> segments = new ArrayList<>();
    for (Map.Entry<Integer, ConsumerRecord<byte[], byte[]>> entry : records.get(name).entrySet()) {
      int number = entry.getKey();
      ConsumerRecord<byte[], byte[]> record = entry.getValue();
      ViewSegment segment =
          decoder
              .decode(record.value())
              .filter(one -> one.getName().equals(name) && one.getSegment() == number)
              .orElseThrow(
                  () ->
                      new InvalidViewException(
                          "%s-%d at offset %d holds no segment %d of the view %s, as its key says"
                              .formatted(
                                  record.topic(),
                                  record.partition(),
                                  record.offset(),
                                  number,
                                  name)));
      if (number != segments.size()) {
        throw new InvalidViewException(
            "the view %s has a segment %d, and none of the number %d"
                .formatted(name, number, segments.size()));
      }
      segments.add(segment);
    }
    return new NamedView(name, segments);
  }
}
