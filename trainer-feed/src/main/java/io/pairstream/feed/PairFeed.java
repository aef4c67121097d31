package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.End;
import io.pairstream.feed.Ring.Handover;
import io.pairstream.feed.export.ExportListener;
import io.pairstream.feed.export.ExportPlan;
import io.pairstream.feed.export.ExportRefusedException;
import io.pairstream.feed.export.ExportSummary;
import io.pairstream.feed.export.ViewExport;
import io.pairstream.feed.filter.Condition;
import io.pairstream.feed.filter.PairFilter;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.record.FieldReader;
import io.pairstream.feed.record.SampleReader;
import io.pairstream.feed.takedown.WithdrawnPairs;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewCutter;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Ready batches from one split's topic: of all its records as they come, or of a view's in an order
 * that can be repeated.
 *
 * <p>Assigns all partitions to itself and joins no group. Reads committed records alone, steps over
 * tombstones and transaction markers, and prefetches as many batches as it has slots. The {@link
 * Position} counts what was handed out, not what was prefetched: a feed that is opened there goes
 * on with no sample lost or repeated. As they come, the order in which samples of several
 * partitions mix is not the same from run to run; over a view it is.
 *
 * <p>One thread uses a feed; a batch may be closed by any. The trainer holds fewer batches at a
 * time than there are slots.
 */
public final class PairFeed implements AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** The trainer waits meanwhile. */
  private static final Duration SHOWN_WITHIN = Duration.ofSeconds(5);

  /**
   * Settings of consumers that jump from block to block. What they ask for is there; a fetch beyond
   * a block's end, which the client sends ahead at the end of the log, would keep the next one
   * waiting.
   */
  private static final Map<String, Object> LOADING =
      Map.of(
          ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
          0,
          ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
          2 * ViewCutter.BLOCK_RECORDS);

  private static final int MIN_FETCH_BYTES = 64 * 1024;
  private static final int MAX_FETCH_BYTES = 4 * 1024 * 1024;

  /** Windows of a view that are loaded at a time. */
  private static final int LOADING_THREADS = 2;

  private final FeedSource source;
  private final FeedSettings settings;
  private final Admin admin;
  private final Ring ring;
  private final FeedClocks clocks;
  private final ExecutorService decoders;
  private final BatchLoop loop;
  private final Thread fetcher;
  private final long openedAt = System.nanoTime();
  private final AtomicInteger held = new AtomicInteger();

  private final LongAdder batches = new LongAdder();
  private final LongAdder samples = new LongAdder();
  private final LongAdder dataWaitNanos = new LongAdder();
  private final StarvationClock starvation = new StarvationClock();

  /** Since when the trainer waits for a batch, by the nanosecond clock; 0 while it does not. */
  private volatile long waitsSince;

  /** Written by whoever takes batches; others read it to show it. */
  private volatile Position position;

  private volatile EpochShare latest = new EpochShare(-1, Double.NaN);

  /** How much of an epoch was handed out. */
  private record EpochShare(long epoch, double share) {}

  private PairFeed(
      FeedSource source, FeedSettings settings, Position start, Admin admin, LoopMaker loop) {
    this.admin = admin;
    this.source = source;
    this.settings = settings;
    this.position = start;
    this.ring = new Ring();
    this.clocks = new FeedClocks();
    this.decoders =
        Executors.newFixedThreadPool(settings.decodeThreads(), Threads.daemons("feed-decode"));
    SampleReader reader = new SampleReader(source.registry(), source.topic(), settings.selection());
    SampleWriter writer = new SampleWriter(reader, settings, source.split().name(), clocks);
    this.loop = loop.make(ring, decoders, writer, clocks);
    this.fetcher = Threads.daemon("feed-fetch", this.loop);
  }

  /** Makes what fills the slots. */
  private interface LoopMaker {

    BatchLoop make(Ring ring, ExecutorService decoders, SampleWriter writer, FeedClocks clocks);
  }

  /** Opens a feed at the first record that the topic holds. */
  public static PairFeed open(FeedSource source, FeedSettings settings) {
    return open(source, settings, Optional.empty());
  }

  /**
   * Opens a feed.
   *
   * @param position where to go on; empty begins at the first record that the topic holds
   * @throws PositionRefusedException where the position is not one of this topic, or records behind
   *     it have left the log
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static PairFeed open(
      FeedSource source, FeedSettings settings, Optional<FeedPosition> position) {
    KafkaConsumer<byte[], byte[]> consumer =
        consumer(
            source,
            Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.max(32, settings.batchSize())));
    Admin admin = AdminClients.create(source.clientSettings());
    try {
      TopicDescription topic =
          KafkaAnswers.await(admin.describeTopics(List.of(source.topic())).allTopicNames())
              .get(source.topic());
      List<TopicPartition> partitions =
          topic.partitions().stream()
              .map(info -> new TopicPartition(topic.name(), info.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      FeedPosition start =
          position.orElseGet(
              () ->
                  new FeedPosition(topic.name(), topic.topicId().toString(), byPartition(begins)));
      requireReachable(start, topic, begins, ends);

      Map<TopicPartition, Long> until = settings.end() == End.NEVER ? Map.of() : ends;
      PairFeed feed =
          new PairFeed(
              source,
              settings,
              start,
              admin,
              (ring, decoders, writer, clocks) ->
                  new FetchLoop(
                      consumer,
                      start,
                      until,
                      withdrawnPairs(source),
                      settings,
                      ring,
                      writer,
                      decoders,
                      clocks));
      feed.fetcher.start();
      return feed;
    } catch (RuntimeException e) {
      consumer.close();
      admin.close();
      throw e;
    }
  }

  /** Cuts a view of all pairs that the split's topic holds now. Reads every record once. */
  public static View cutView(FeedSource source, LongConsumer progress) {
    return cutView(source, List.of(), progress);
  }

  /**
   * Cuts a view of the pairs that the split's topic holds now. Reads every record once.
   *
   * @param where conditions that all have to hold
   * @param progress is told the number of records read so far, now and then
   * @throws InvalidViewException where there is no such pair
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static View cutView(FeedSource source, List<Condition> where, LongConsumer progress) {
    try (Admin admin = AdminClients.create(source.clientSettings());
        KafkaConsumer<byte[], byte[]> consumer = consumer(source, Map.of())) {
      TopicDescription topic =
          KafkaAnswers.await(admin.describeTopics(List.of(source.topic())).allTopicNames())
              .get(source.topic());
      return new ViewCutter(
              consumer, new PairFilter(source.registry(), source.topic(), where), Clock.systemUTC())
          .cut(topic.name(), topic.topicId().toString(), progress);
    }
  }

  /**
   * Writes a view's pairs into a folder as files that other loaders read; goes on where an earlier
   * start ended.
   *
   * @param listener hears how it goes on
   * @throws PositionRefusedException where records of the view have left the log
   * @throws ExportRefusedException where the folder is another export's, or a pair cannot be
   *     exported
   * @throws IllegalArgumentException where the view is one of another topic
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static ExportSummary export(
      FeedSource source, ExportPlan plan, Path folder, ExportListener listener) throws IOException {
    try (Admin admin = AdminClients.create(source.clientSettings());
        KafkaConsumer<byte[], byte[]> consumer = consumer(source, LOADING);
        WithdrawnPairs withdrawn = withdrawnPairs(source)) {
      requireReachable(plan.view(), source, admin);
      Deserializer<PreparedPair> deserializer =
          new AvroSerdes(source.registry()).of(PreparedPair.class, source.topic()).deserializer();
      return ViewExport.of(plan, source.split().name(), consumer, withdrawn, deserializer, listener)
          .into(folder);
    }
  }

  /**
   * Opens a feed over a view.
   *
   * <p>The batch size of the settings is this rank's.
   *
   * @param position where to go on; empty begins with epoch 0
   * @throws PositionRefusedException where the position is one of another view or another order, or
   *     records of the view have left the log
   * @throws IllegalArgumentException where the view is one of another topic, or it has too few
   *     samples for a batch
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static PairFeed ofView(
      FeedSource source, FeedSettings settings, ViewRun run, Optional<ViewPosition> position) {
    ViewPosition start = position.orElseGet(run::begin);
    run.requireOwn(start);
    run.requireBatches(settings);
    Admin admin = AdminClients.create(source.clientSettings());
    try {
      requireReachable(run.view(), source, admin);
      PairFeed feed =
          new PairFeed(
              source,
              settings,
              start,
              admin,
              (ring, decoders, writer, clocks) ->
                  new ViewLoop(
                      settings,
                      run,
                      start,
                      new WindowLoader(
                          run.view(),
                          withdrawnPairs(source),
                          LOADING_THREADS,
                          () -> consumer(source, loading(run)),
                          clocks),
                      ring,
                      decoders,
                      writer,
                      clocks));
      feed.fetcher.start();
      return feed;
    } catch (RuntimeException e) {
      admin.close();
      throw e;
    }
  }

  /** The usual settings, and answers that are hardly larger than the pieces that windows need. */
  private static Map<String, Object> loading(ViewRun run) {
    long bytes = EpochOrder.pieceBytes(run.view().blocks(), run.plan()) * 5 / 4;
    Map<String, Object> loading = new HashMap<>(LOADING);
    loading.put(
        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
        (int) Math.max(MIN_FETCH_BYTES, Math.min(MAX_FETCH_BYTES, bytes)));
    return loading;
  }

  /**
   * Says which pairs the step behind a position hands out to the run's rank, in the order of the
   * batch. Reads the windows in which they stand.
   *
   * @return nothing where the run is over
   * @throws PositionRefusedException where the position is one of another run, or records have left
   *     the log
   * @throws IllegalArgumentException where the view has too few samples for a batch
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  public static List<ExplainedSample> explain(
      FeedSource source, FeedSettings settings, ViewRun run, ViewPosition position) {
    run.requireOwn(position);
    run.requireBatches(settings);
    try (Admin admin = AdminClients.create(source.clientSettings())) {
      requireReachable(run.view(), source, admin);
    }
    FieldReader fields = new FieldReader(source.registry(), source.topic(), StepExplainer.FIELDS);
    try (WindowLoader loader =
        new WindowLoader(
            run.view(),
            withdrawnPairs(source),
            LOADING_THREADS,
            () -> consumer(source, LOADING),
            new FeedClocks())) {
      Optional<Step> step = run.steps(position, settings).next();
      return step.isEmpty()
          ? List.of()
          : new StepExplainer(run.view(), loader, fields).explain(step.get());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Waits for the next batch; empty once the feed is over.
   *
   * @throws RefusedSampleException where a sample in the batch is of another shape or split, or
   *     cannot be read; the feed gives no more batches then
   * @throws IllegalStateException where the trainer holds every slot, so that none can ever come
   */
  public Optional<ReadyBatch> next() {
    if (held.get() == settings.slots()) {
      throw new IllegalStateException(
          "all " + settings.slots() + " slots are held; close a batch before asking for another");
    }
    long begin = System.nanoTime();
    waitsSince = begin;
    try {
      Handover next = ring.takeNext();
      if (next instanceof Handover.Failed failed) {
        throw failed.cause();
      } else if (next instanceof Handover.Batch ready) {
        return Optional.of(handOver(ready.slot()));
      }
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } finally {
      waitsSince = 0;
      dataWaitNanos.add(System.nanoTime() - begin);
    }
  }

  /** Behind the last batch that {@link #next} handed out. Any thread may ask. */
  public Position position() {
    return position;
  }

  /**
   * Shows the position to those who look at lag, as offsets of the data set's feed group. Nothing
   * is ever read from there; the position that counts is stored with the model. A run over a view
   * has no lag, and shows none. Any thread may call it while the feed is open.
   *
   * @throws KafkaException where the broker does not take it within 5 seconds
   */
  public void commit() {
    if (!(position instanceof FeedPosition inLog)) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    inLog
        .offsets()
        .forEach(
            (partition, offset) ->
                offsets.put(
                    new TopicPartition(inLog.topic(), partition), new OffsetAndMetadata(offset)));
    KafkaAnswers.await(
        admin
            .alterConsumerGroupOffsets(
                source.dataset().feedGroup(),
                offsets,
                new AlterConsumerGroupOffsetsOptions().timeoutMs((int) SHOWN_WITHIN.toMillis()))
            .all());
  }

  /** What the feed has done so far. A wait counts while it lasts. Any thread may ask. */
  public FeedStats stats() {
    return new FeedStats(
        batches.sum(),
        samples.sum(),
        Duration.ofNanos(System.nanoTime() - openedAt),
        Duration.ofNanos(waitedNanos()),
        Duration.ofNanos(clocks.fetching().sum()),
        Duration.ofNanos(clocks.slotWait().sum()),
        Duration.ofNanos(clocks.parsing().sum()),
        Duration.ofNanos(clocks.decoding().sum()),
        clocks.bytes().sum());
  }

  /** How full the feed is now. Any thread may ask. */
  public FeedLevel level() {
    StarvationClock.Reading now = reading();
    return new FeedLevel(
        ring.ready(),
        settings.slots(),
        settings.batchSize(),
        loop.samplesWaiting(),
        now.inMemory(),
        starvation.secondsLeft(now),
        latest.epoch(),
        latest.share(),
        loop.takedowns());
  }

  /** Stops fetching and decoding. Batches that are still held stay valid. */
  @Override
  public void close() {
    loop.stop(fetcher);
    decoders.shutdown();
    try {
      fetcher.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    admin.close(CLOSING);
  }

  private ReadyBatch handOver(Slot slot) throws InterruptedException {
    try {
      slot.awaitSamples();
    } catch (RuntimeException e) {
      loop.stop(fetcher);
      ring.failAtOnce(e);
      throw e;
    }
    held.incrementAndGet();
    ReadyBatch batch =
        new ReadyBatch(
            slot,
            batches.sum(),
            settings.layout(),
            closed -> {
              held.decrementAndGet();
              ring.giveBack(closed);
            });
    batches.increment();
    samples.add(slot.size());
    position = slot.positionAfter();
    latest = new EpochShare(slot.epoch(), slot.epochShare());
    starvation.note(reading());
    return batch;
  }

  private StarvationClock.Reading reading() {
    // What was loaded is read last, so that none is taken before it counts as loaded.
    long taken = samples.sum();
    long inMemory = Math.max(0, clocks.loaded().sum() - taken);
    return new StarvationClock.Reading(System.nanoTime(), inMemory, waitedNanos());
  }

  private long waitedNanos() {
    long since = waitsSince;
    return dataWaitNanos.sum() + (since == 0 ? 0 : System.nanoTime() - since);
  }

  private static void requireReachable(View view, FeedSource source, Admin admin) {
    if (!view.topic().equals(source.topic())) {
      throw new IllegalArgumentException(
          "the view is one of " + view.topic() + ", not of " + source.topic());
    }
    TopicDescription topic =
        KafkaAnswers.await(admin.describeTopics(List.of(view.topic())).allTopicNames())
            .get(view.topic());
    if (!topic.topicId().toString().equals(view.topicId())) {
      throw new PositionRefusedException(
          "%s is not the topic that the view was cut from: it has been made anew (topic id %s, view %s)"
              .formatted(view.topic(), topic.topicId(), view.topicId()));
    }
    Map<TopicPartition, OffsetSpec> first = new HashMap<>();
    Map<TopicPartition, OffsetSpec> last = new HashMap<>();
    for (Block block : view.blocks()) {
      TopicPartition partition = new TopicPartition(view.topic(), block.partition());
      first.put(partition, OffsetSpec.earliest());
      last.put(partition, OffsetSpec.latest());
    }
    Map<TopicPartition, ListOffsetsResultInfo> begins =
        KafkaAnswers.await(admin.listOffsets(first).all());
    Map<TopicPartition, ListOffsetsResultInfo> ends =
        KafkaAnswers.await(admin.listOffsets(last).all());
    for (Block block : view.blocks()) {
      TopicPartition partition = new TopicPartition(view.topic(), block.partition());
      long begin = begins.get(partition).offset();
      if (block.begin() < begin) {
        throw new PositionRefusedException(
            "%s begins at %d: records of the view, from %d on, have left the log"
                .formatted(partition, begin, block.begin()));
      }
      if (block.end() > ends.get(partition).offset()) {
        throw new PositionRefusedException(
            "%s ends at %d, before the view's %d: records were lost, or the view is another cluster's"
                .formatted(partition, ends.get(partition).offset(), block.end()));
      }
    }
  }

  private static void requireReachable(
      FeedPosition position,
      TopicDescription topic,
      Map<TopicPartition, Long> begins,
      Map<TopicPartition, Long> ends) {
    if (!position.topic().equals(topic.name())) {
      throw new PositionRefusedException(
          "the position is one of " + position.topic() + ", not of " + topic.name());
    }
    if (!position.topicId().equals(topic.topicId().toString())) {
      throw new PositionRefusedException(
          topic.name()
              + " is not the topic that the position was taken on: it has been made anew (topic id "
              + topic.topicId()
              + ", position "
              + position.topicId()
              + ")");
    }
    if (!position.offsets().keySet().equals(byPartition(begins).keySet())) {
      throw new PositionRefusedException(
          "the position has partitions "
              + position.offsets().keySet()
              + ", "
              + topic.name()
              + " has "
              + byPartition(begins).keySet());
    }
    begins.forEach(
        (partition, begin) -> {
          long offset = position.offsets().get(partition.partition());
          long firstOpen = position.firstOpen(partition.partition());
          if (firstOpen < begin) {
            throw new PositionRefusedException(
                partition
                    + " begins at "
                    + begin
                    + ": "
                    + (begin - firstOpen)
                    + " offsets behind the position have left the log");
          }
          if (offset > ends.get(partition)) {
            throw new PositionRefusedException(
                partition
                    + " ends at "
                    + ends.get(partition)
                    + ", before the position's "
                    + offset
                    + ": records were lost, or the position is another cluster's");
          }
        });
  }

  private static SortedMap<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
    SortedMap<Integer, Long> byPartition = new TreeMap<>();
    offsets.forEach((partition, offset) -> byPartition.put(partition.partition(), offset));
    return byPartition;
  }

  private static WithdrawnPairs withdrawnPairs(FeedSource source) {
    return WithdrawnPairs.open(
        consumer(source, Map.of()),
        source.dataset().topic(TopicCatalogue.TAKEDOWNS),
        source.registry(),
        source.topic());
  }

  private static KafkaConsumer<byte[], byte[]> consumer(
      FeedSource source, Map<String, Object> own) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MAX_FETCH_BYTES);
    config.putAll(source.clientSettings());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.putAll(own);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
