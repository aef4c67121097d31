package io.pairstream.preprocess.topology;

import io.pairstream.preprocess.topology.RawRecord.RawHeader;
import io.pairstream.preprocess.topology.Tracked.Identity;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Rendition;
import io.pairstream.schemas.TokenSet;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The pairs of a task whose picture is being looked up, under {@code IMAGE-DIGEST/COORDINATES}. The
 * raw record's value is not kept: the picture stays where it is, on the raw topic.
 *
 * <p>The first two of an image have a fixed name in place of the coordinates. A scan costs a pair
 * more than all else that is done to have it wait, so that it is left to images of which more wait.
 *
 * <p>As long as they are not many, memory has the same pairs, and the store is only written to.
 */
final class WaitingPairs {

  private static final String FIRST = "/1";
  private static final String SECOND = "/2";

  /** Pairs taken before it is looked again whether all that wait fit into memory. */
  private static final int LOOKED_AGAIN_AFTER = 1000;

  /** Heap of a pair that has nothing but its fields; 20 bytes more for each token id. */
  private static final long FIELDS_BYTES = 4_096;

  private static final long ID_BYTES = 20;

  private final KeyValueStore<String, WaitingPair> store;
  private final Tasks tasks;
  private final Copy copy;

  WaitingPairs(ProcessingContext task, Tasks tasks) {
    store = task.getStateStore(TopicCatalogue.WAITING_PAIRS_STORE);
    this.tasks = tasks;
    copy = tasks.copies.computeIfAbsent(task.taskId(), id -> new Copy());
    read();
  }

  /**
   * Pairs in memory, of each task's store. Processors of a task share it; each reads it anew when
   * the task begins, or begins again from its last commit.
   */
  static final class Tasks {
    private final ConcurrentMap<TaskId, Copy> copies = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final long mostBytes;

    /**
     * @param mostBytes of heap of all tasks together, about
     */
    Tasks(long mostBytes) {
      this.mostBytes = mostBytes;
    }
  }

  /** A store's pairs; none where they are too many. */
  private static final class Copy {
    private final NavigableMap<String, WaitingPair> pairs = new TreeMap<>();
    private boolean isWhole;
    private int takenSince;
  }

  private void read() {
    forget();
    copy.isWhole = true;
    try (KeyValueIterator<String, WaitingPair> all = store.all()) {
      while (copy.isWhole && all.hasNext()) {
        KeyValue<String, WaitingPair> next = all.next();
        keep(next.key, next.value);
      }
    } catch (SerializationException e) {
      forget(); // as bad as it is, its own turn is when it is found
    }
  }

  private void keep(String key, WaitingPair pair) {
    copy.pairs.put(key, pair);
    if (tasks.bytes.addAndGet(bytes(pair)) > tasks.mostBytes) {
      forget();
    }
  }

  /** Leaves everything to the store. */
  void forget() {
    release(copy.pairs);
    copy.isWhole = false;
    copy.takenSince = 0;
  }

  private void release(Map<String, WaitingPair> pairs) {
    pairs.values().forEach(pair -> tasks.bytes.addAndGet(-bytes(pair)));
    pairs.clear();
  }

  /** The heap that a pair takes, about: what a producer may make large is counted. */
  private static long bytes(WaitingPair waiting) {
    PreparedPair pair = waiting.getPair();
    long bytes = FIELDS_BYTES + pair.getImage().remaining();
    for (Rendition rendition : pair.getRenditions()) {
      bytes += FIELDS_BYTES + rendition.getImage().remaining();
    }
    int ids = pair.getTokenIds().size() + pair.getEmptyTokenIds().size();
    for (TokenSet set : pair.getTokenSets()) {
      ids += set.getTokenIds().size() + set.getEmptyTokenIds().size();
    }
    bytes +=
        ID_BYTES * ids + text(pair.getCaption()) + text(pair.getUrl()) + texts(pair.getTexts());
    for (Header header : waiting.getHeaders()) {
      int value = header.getValue() == null ? 0 : header.getValue().remaining();
      bytes += text(header.getKey()) + value;
    }
    RawPair sent = waiting.getSent();
    return sent == null
        ? bytes
        : bytes + text(sent.getCaption()) + text(sent.getUrl()) + texts(sent.getAnnotations());
  }

  private static long texts(Map<String, String> texts) {
    return texts.entrySet().stream()
        .mapToLong(text -> text(text.getKey()) + text(text.getValue()))
        .sum();
  }

  private static long text(String text) {
    return 2L * text.length();
  }

  /** Adds a pair; whether it is the first of its image. */
  boolean add(Tracked<PreparedPair> tracked) {
    PreparedPair pair = tracked.stage();
    String image = pair.getImageDigest();
    boolean isFirst = !waits(image, FIRST);
    boolean isSecond = !isFirst && !waits(image, SECOND);
    String key =
        image + (isFirst ? FIRST : isSecond ? SECOND : "/" + OriginHeader.text(pair.getOrigin()));
    WaitingPair waiting =
        new WaitingPair(
            pair, OutputRecords.headers(tracked.raw()), tracked.identity().sent().orElse(null));
    store.put(key, waiting);
    if (copy.isWhole) {
      keep(key, waiting);
    }
    return isFirst;
  }

  private boolean waits(String image, String name) {
    return copy.isWhole ? copy.pairs.containsKey(image + name) : store.get(image + name) != null;
  }

  /** Takes those of an image out. */
  List<Tracked<PreparedPair>> take(String imageDigest) {
    Map<String, WaitingPair> waiting = copy.isWhole ? ofCopy(imageDigest) : ofStore(imageDigest);
    waiting.keySet().forEach(key -> store.put(key, null)); // delete would read it once more
    if (!copy.isWhole && ++copy.takenSince >= LOOKED_AGAIN_AFTER) {
      read();
    }
    return waiting.values().stream().map(WaitingPairs::tracked).toList();
  }

  private Map<String, WaitingPair> ofCopy(String imageDigest) {
    Map<String, WaitingPair> here =
        copy.pairs.subMap(imageDigest + "/", imageDigest + (char) ('/' + 1));
    Map<String, WaitingPair> waiting = new LinkedHashMap<>(here);
    release(here);
    return waiting;
  }

  private Map<String, WaitingPair> ofStore(String imageDigest) {
    WaitingPair first = store.get(imageDigest + FIRST);
    if (first != null && store.get(imageDigest + SECOND) == null) {
      return Map.of(imageDigest + FIRST, first);
    }
    Map<String, WaitingPair> waiting = new LinkedHashMap<>();
    try (KeyValueIterator<String, WaitingPair> found =
        store.prefixScan(imageDigest + "/", new StringSerializer())) {
      found.forEachRemaining(pair -> waiting.put(pair.key, pair.value));
    }
    return waiting;
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
