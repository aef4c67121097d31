package io.pairstream.ingest.fetch.queue;

import io.pairstream.ingest.fetch.queue.HostQueues.Job;
import io.pairstream.ingest.fetch.queue.LinkPartition.Due;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.wire.FinishedOffsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes records up: links as they come, and those that waited once they are due. These are read
 * again by their offsets, so that what waits takes no memory. Not thread-safe.
 *
 * @param links name of the topic of links
 * @param partitions how many it and the topic of waiting links have
 * @param consumer of committed records, without a group; closed with this
 * @param commitIfDue commits where enough has gathered
 */
record LinkIntake(
    String links,
    LinkReader reader,
    int partitions,
    Clock clock,
    Consumer<byte[], byte[]> consumer,
    HostQueues hosts,
    LinkResults results,
    Runnable commitIfDue)
    implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LinkIntake.class);

  /** Most links in memory, then their most bytes; above either, no more are read. */
  private static final int MOST_IN_MEMORY = 20_000;

  private static final long MOST_BYTES_IN_MEMORY = 32L * 1024 * 1024;

  private static final int MOST_DUE = 500;

  /**
   * Part of a window from which its oldest records are rewritten, in batches, at the topic's end if
   * they are far from due.
   */
  private static final double FULL = 0.75;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration STALLED = Duration.ofSeconds(10);

  /** Bytes of the records that are read at a time, but for those of the last one. */
  static final long MOST_BYTES = 16L * 1024 * 1024;

  /** Most offsets between two records that are read through rather than skipped by a seek. */
  private static final int SMALL_GAP = 500;

  private static final int MOST_CARRIED = 500;
  private static final Duration CARRIED_EVERY = Duration.ofSeconds(4);

  /**
   * Result of reading records again.
   *
   * @param found in the order of their offsets
   * @param unread requested offsets behind the last of them, which were not reached
   */
  private record Found(List<ConsumerRecord<byte[], byte[]>> found, Set<Long> unread) {}

  /** Whether a partition can take no records because there is enough in memory. */
  boolean isFull(LinkPartition partition) {
    boolean full =
        hosts.waiting() >= MOST_IN_MEMORY || hosts.waitingBytes() >= MOST_BYTES_IN_MEMORY;
    return full && isOfLinks(partition);
  }

  /** Starts schema lookups for records that come again, so that they do not each pause it. */
  void askAhead(List<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.topic().equals(links)) {
        reader.askAhead(record.value());
      }
    }
  }

  /**
   * Takes a record.
   *
   * @return false where the registry cannot yet decide what it is
   */
  boolean take(LinkPartition partition, ConsumerRecord<byte[], byte[]> record) {
    long offset = record.offset();
    if (isOfLinks(partition)) {
      return admit(partition, offset, TriedLink.fresh(record));
    }
    LinkReader.Read read = reader.readWaiting(record);
    if (read instanceof LinkReader.Waiting waiting) {
      partition.addDue(offset, waiting.link().getDueAt());
    } else if (read instanceof LinkReader.Refused refused) {
      refuse(partition, offset, TriedLink.fresh(record), refused);
    }
    return !(read instanceof LinkReader.Undecided);
  }

  private void refuse(
      LinkPartition partition, long offset, TriedLink tried, LinkReader.Refused refused) {
    results.quarantine(partition, offset, tried, refused.refusal(), refused.link().orElse(null));
  }

  /**
   * Accepts a link for the record at an offset.
   *
   * @return false where the registry cannot yet decide what the record is
   */
  private boolean admit(LinkPartition partition, long offset, TriedLink tried) {
    LinkReader.Read read = reader.read(tried);
    if (read instanceof LinkReader.Undecided) {
      return false;
    }
    if (read instanceof LinkReader.Refused refused) {
      refuse(partition, offset, tried, refused);
    } else {
      LinkReader.Link link = (LinkReader.Link) read;
      admit(new Job(tried, link.link(), link.host(), partition, offset));
    }
    return true;
  }

  private void admit(Job job) {
    Instant now = clock.instant();
    if (partitionOf(job.host()) != job.partition().topicPartition().partition()) {
      results.putOff(job, now); // to the partition where its host's links are
    } else if (!hosts.offer(job)) {
      results.putOff(job, hosts.turnOf(job.host(), now));
    }
  }

  private int partitionOf(String host) {
    return Utils.toPositive(Utils.murmur2(Utils.utf8(host))) % partitions;
  }

  /** Takes up what is due, and makes room in windows that fill up. */
  void takeDue(Collection<LinkPartition> partitions) {
    Instant now = clock.instant();
    for (LinkPartition partition : partitions) {
      if (isOfLinks(partition)) {
        continue;
      }
      int room = Math.min(MOST_DUE, MOST_IN_MEMORY - hosts.waiting());
      if (room > 0 && hosts.waitingBytes() < MOST_BYTES_IN_MEMORY && !partition.isResting()) {
        readAgain(
            partition,
            partition.takeDue(now, room),
            (record, waiting) -> {
              if (admit(partition, record.offset(), new TriedLink(waiting))) {
                partition.rested();
              } else {
                partition.addDue(record.offset(), waiting.getDueAt());
                if (!partition.isResting()) {
                  partition.rest();
                }
              }
            });
      }
      if (partition.fullness() >= FULL && partition.carriesOn(now, CARRIED_EVERY)) {
        long half = partition.low() + FinishedOffsets.MOST_ABOVE / 2;
        readAgain(
            partition,
            partition.takeLowest(half, MOST_CARRIED),
            (record, waiting) ->
                results.finish(partition, record.offset(), List.of(LinkOutputs.carriedOn(record))));
      }
    }
  }

  /**
   * Reads records again, as many as memory has room for, and commits whenever enough has gathered.
   * The others keep their due times.
   */
  private void readAgain(
      LinkPartition partition,
      List<Due> taken,
      BiConsumer<ConsumerRecord<byte[], byte[]>, WaitingLink> each) {
    Map<Long, Instant> missing = new HashMap<>();
    taken.forEach(due -> missing.put(due.offset(), due.at()));
    Found again = recordsAt(partition.topicPartition(), missing.keySet());
    for (long offset : again.unread()) {
      partition.addDue(offset, missing.remove(offset));
    }
    for (ConsumerRecord<byte[], byte[]> record : again.found()) {
      Instant due = missing.remove(record.offset());
      LinkReader.Read read = reader.readWaiting(record);
      if (read instanceof LinkReader.Waiting waiting) {
        each.accept(record, waiting.link());
      } else if (read instanceof LinkReader.Refused refused) {
        refuse(partition, record.offset(), TriedLink.fresh(record), refused);
      } else {
        partition.addDue(record.offset(), due);
        partition.rest();
      }
      commitIfDue.run();
    }
    for (long offset : missing.keySet()) {
      LOG.error("{}-{} was deleted before it was due", partition.topicPartition(), offset);
      partition.finish(offset);
    }
  }

  /**
   * The records at these offsets, without deleted ones; only the first ones where all together
   * exceed 16 MiB.
   *
   * @throws TimeoutException where the broker gives nothing for 10 seconds
   */
  private Found recordsAt(TopicPartition partition, Collection<Long> offsets) {
    TreeSet<Long> wanted = new TreeSet<>(offsets);
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    if (wanted.isEmpty()) {
      return new Found(found, Set.of());
    }
    consumer.assign(List.of(partition));
    consumer.seek(partition, wanted.first());
    long bytes = 0;
    long progressAt = System.nanoTime();
    while (!wanted.isEmpty()) {
      List<ConsumerRecord<byte[], byte[]>> records = consumer.poll(POLL).records(partition);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (wanted.contains(record.offset())) {
          found.add(record);
          bytes += TriedLink.fresh(record).size();
          if (bytes >= MOST_BYTES) {
            return new Found(found, Set.copyOf(wanted.tailSet(record.offset(), false)));
          }
        }
      }
      long position = consumer.position(partition);
      boolean moved = !wanted.headSet(position).isEmpty();
      wanted.headSet(position).clear();
      if (!wanted.isEmpty() && wanted.first() - position > SMALL_GAP) {
        consumer.seek(partition, wanted.first());
      }
      if (moved || !records.isEmpty()) {
        progressAt = System.nanoTime();
      } else if (System.nanoTime() - progressAt > STALLED.toNanos()) {
        throw new TimeoutException("the broker does not give " + partition + " again");
      }
    }
    return new Found(found, Set.of());
  }

  private boolean isOfLinks(LinkPartition partition) {
    return partition.topicPartition().topic().equals(links);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
