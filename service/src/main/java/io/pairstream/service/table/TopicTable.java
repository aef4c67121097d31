package io.pairstream.service.table;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.IsolationLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of a topic by key, on this instance's disk, that follows the log; or of several, in one
 * table.
 *
 * <p>It holds committed records alone. Table and positions change in one write, so a restart goes
 * on where the last one stopped. A copy is thrown away and made again where it belongs to another
 * topic of that name, where the log has lost records that it holds, and where it was left so long
 * that tombstones may have come and gone ({@link #TOO_OLD}). A broker or a disk that fails is
 * waited for; {@link #trouble()} says so meanwhile, and what is there already is still answered.
 *
 * <p>Thread-safe. Listeners and futures run on the view's own thread, and must be short.
 */
public final class TopicTable implements AutoCloseable {

  /**
   * A copy that has not seen the log's end for so long is made again: a tombstone may be compacted
   * away after 7 days, {@code delete.retention.ms} in the catalogue of topics.
   */
  static final Duration TOO_OLD = Duration.ofDays(6);

  private static final Logger LOG = LoggerFactory.getLogger(TopicTable.class);

  private final ViewPlan plan;
  private final Clock clock;
  private final DiskTable table;
  private final Progress progress;
  private final Map<ByteBuffer, List<Runnable>> listeners = new ConcurrentHashMap<>();
  private final ReadWriteLock useOfTable = new ReentrantReadWriteLock();
  private final Follower follower;
  private boolean closed;

  private TopicTable(ViewPlan plan, DiskTable table, Map<String, ?> kafkaSettings, Clock clock) {
    this.plan = plan;
    this.clock = clock;
    this.table = table;
    this.progress = Progress.of(kafkaSettings);
    this.follower = new Follower(plan, table, progress, this::tell, kafkaSettings, clock);
  }

  /**
   * Opens the copy in a folder, or begins one, and follows the topic from then on. Returns at once;
   * {@link #caughtUp()} tells when the copy holds what the log held.
   *
   * @param directory a folder of this view alone
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @param clock to tell what is no longer kept
   * @throws ViewStorageException where the folder cannot be written, or another process has it
   */
  public static TopicTable open(
      ViewPlan plan, Path directory, Map<String, ?> kafkaSettings, Clock clock) {
    TopicTable view = new TopicTable(plan, new DiskTable(directory), kafkaSettings, clock);
    view.follower.start();
    return view;
  }

  /** The view's name: of a view of one topic, the topic's. */
  public String topic() {
    return plan.name();
  }

  /**
   * The value under a key of the table.
   *
   * @throws ViewClosedException after {@link #close()}
   * @throws ViewStorageException where the disk fails
   */
  public Optional<byte[]> get(byte[] key) {
    return reading(() -> table.get(key).filter(entry -> isKept(entry)).map(DiskTable.Entry::value));
  }

  /**
   * Shows the entries whose keys begin with {@code prefix}, in the keys' byte order, as they stand
   * at one moment.
   *
   * @throws ViewClosedException after {@link #close()}
   * @throws ViewStorageException where the disk fails
   */
  public void scan(byte[] prefix, Visitor visitor) {
    scan(prefix, prefix, visitor);
  }

  /**
   * The same, from a key on.
   *
   * @param first begins with {@code prefix}; what stands before it is not read
   */
  public void scan(byte[] prefix, byte[] first, Visitor visitor) {
    reading(
        () -> {
          table.scan(
              prefix, first, (key, entry) -> !isKept(entry) || visitor.visit(key, entry.value()));
          return true;
        });
  }

  /**
   * Lends the table as it stands now.
   *
   * @return what {@code looking} returns
   * @throws ViewClosedException after {@link #close()}
   * @throws ViewStorageException where the disk fails
   */
  public <T> T look(Function<Look, T> looking) {
    return reading(
        () -> {
          try (DiskTable.SnapshotLook look = table.look()) {
            return looking.apply(look);
          }
        });
  }

  /** Sees entries one by one. */
  @FunctionalInterface
  public interface Visitor {

    /** Returns whether to go on. */
    boolean visit(byte[] key, byte[] value);
  }

  /** Completes once the view holds all that the log held when this instance first asked it. */
  public CompletableFuture<Void> caughtUp() {
    return progress.caughtUp();
  }

  /** Whether the view holds all that the log held at the start, and is not being made again. */
  public boolean isCaughtUp() {
    return progress.isCaughtUp();
  }

  /**
   * Completes once the view holds all that the log holds now, on every partition: whoever sees
   * nothing then may say that there is nothing. Fails with the client's exception where the broker
   * does not say where the log ends.
   */
  public CompletableFuture<Void> reachedNow() {
    return follower.ends(IsolationLevel.READ_COMMITTED).thenCompose(progress::reachedAll);
  }

  /**
   * The same, and waits for what is written and not committed yet, behind which on its partition
   * nothing can be read. On a topic that also has writers without transactions, only this tells
   * that nothing they have written is missing.
   */
  public CompletableFuture<Void> reachedAllWritten() {
    return follower.ends(IsolationLevel.READ_UNCOMMITTED).thenCompose(progress::reachedAll);
  }

  /**
   * Tells {@code changed} after each write that holds records of this key, until the subscription
   * is closed.
   */
  public Subscription subscribe(byte[] recordKey, Runnable changed) {
    ByteBuffer key = ByteBuffer.wrap(recordKey.clone());
    listeners.compute(
        key,
        (ignored, others) -> {
          List<Runnable> all = others == null ? new CopyOnWriteArrayList<>() : others;
          all.add(changed);
          return all;
        });
    return () ->
        listeners.computeIfPresent(
            key,
            (ignored, all) -> {
              all.remove(changed);
              return all.isEmpty() ? null : all;
            });
  }

  /** Why the view does not follow its topic now; empty while it does. */
  public Optional<String> trouble() {
    return progress.trouble(plan.name(), clock.instant());
  }

  /**
   * The last time at which the table held all that the topic held; empty while the view follows it,
   * and where that was never so. What is answered meanwhile is as of then.
   */
  public Optional<Instant> staleSince() {
    Instant whole = progress.wholeAt();
    return trouble().isPresent() && whole.isAfter(Instant.EPOCH)
        ? Optional.of(whole)
        : Optional.empty();
  }

  /** Stops following, and lets go of the folder. */
  @Override
  public void close() {
    follower.close();
    useOfTable.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        table.close();
      }
    } finally {
      useOfTable.writeLock().unlock();
    }
  }

  private void tell(ByteBuffer key) {
    for (Runnable listener : listeners.getOrDefault(key, List.of())) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        // One listener's fault is neither the view's nor the other listeners'.
        LOG.error("a listener of {} has failed", plan.name(), e);
      }
    }
  }

  private boolean isKept(DiskTable.Entry entry) {
    return plan.kept()
        .map(time -> Instant.ofEpochMilli(entry.atMillis()).plus(time).isAfter(clock.instant()))
        .orElse(true);
  }

  private <T> T reading(Supplier<T> read) {
    useOfTable.readLock().lock();
    try {
      if (closed) {
        throw new ViewClosedException(plan.name());
      }
      return read.get();
    } finally {
      useOfTable.readLock().unlock();
    }
  }
}
