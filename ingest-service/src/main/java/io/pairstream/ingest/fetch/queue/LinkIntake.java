package io.pairstream.ingest.fetch.queue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.ingest.fetch.queue.DueLinks.Due;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.OneLine;
import io.pairstream.schemas.wire.WireFormat;
import io.pairstream.schemas.wire.WriterSchemas;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes records up: links as they come, and those that waited once they are due. Not thread-safe.
 */
final class LinkIntake implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LinkIntake.class);

  /** How long a partition rests whose next record cannot be read yet, at first and at last. */
  private static final Duration SHORTEST_REST = Duration.ofMillis(20);

  private static final Duration LONGEST_REST = Duration.ofSeconds(1);

  /** Links that wait in memory, and their bytes, before no more are read. */
  private static final int MOST_IN_MEMORY = 20_000;

  private static final long MOST_BYTES_IN_MEMORY = 32L * 1024 * 1024;

  /** Records that are read again at a time. */
  private static final int MOST_DUE = 500;

  /**
   * A window that is fuller than this is emptied at its old end, so many records at a time: what is
   * far from due is written again at the topic's end.
   */
  private static final double FULL = 0.75;

  private static final int MOST_CARRIED = 4_000;
  private static final Duration CARRIED_EVERY = Duration.ofSeconds(30);

  private final PairTopics topics;
  private final LinkReader linkReader;
  private final WriterSchemas waitingSchemas;
  private final int partitions;
  private final Clock clock;
  private final WaitingLog waitingLog;
  private final HostQueues hosts;
  private final LinkResults results;
  private final Runnable commit;

  /**
   * @param partitions how many the topics of links and of waiting links have, both
   * @param commit called when enough has gathered
   */
  LinkIntake(
      PairTopics topics,
      LinkReader linkReader,
      WriterSchemas waitingSchemas,
      int partitions,
      Clock clock,
      WaitingLog waitingLog,
      HostQueues hosts,
      LinkResults results,
      Runnable commit) {
    this.topics = topics;
    this.linkReader = linkReader;
    this.waitingSchemas = waitingSchemas;
    this.partitions = partitions;
    this.clock = clock;
    this.waitingLog = waitingLog;
    this.hosts = hosts;
    this.results = results;
    this.commit = commit;
  }

  /** Whether a partition cannot be read now. */
  boolean isResting(Share share, Instant now) {
    boolean full =
        hosts.waiting() >= MOST_IN_MEMORY || hosts.waitingBytes() >= MOST_BYTES_IN_MEMORY;
    return share.isResting(now)
        || share.window().fullness() >= 1
        || (full && isOfLinks(share.partition()));
  }

  /**
   * Takes the records of a partition.
   *
   * @return the offset of the first that nobody can read yet, from which the partition rests
   */
  OptionalLong take(Share share, List<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      boolean taken =
          !share.window().isBeyond(record.offset())
              && (isOfLinks(share.partition())
                  ? takeLink(share, record)
                  : takeWaiting(share, record));
      if (!taken) {
        share.rest(clock.instant(), SHORTEST_REST, LONGEST_REST);
        askAhead(records, record.offset());
        return OptionalLong.of(record.offset());
      }
      share.rested();
    }
    return OptionalLong.empty();
  }

  /** Asks for the schemas of all that was read, so that not each of them costs a rest. */
  private void askAhead(List<ConsumerRecord<byte[], byte[]>> records, long from) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.offset() > from && record.topic().equals(topics.links().name())) {
        linkReader.askAhead(record.value());
      }
    }
  }

  /** False where nobody can say yet what the record is. */
  private boolean takeLink(Share share, ConsumerRecord<byte[], byte[]> record) {
    if (share.window().isFinished(record.offset())) {
      share.window().read(record.offset());
      return true;
    }
    return admit(share, record.offset(), TriedLink.fresh(record));
  }

  /** Takes a link up, for the record at an offset; false where nobody can say yet what it is. */
  private boolean admit(Share share, long offset, TriedLink tried) {
    LinkReader.Read read = linkReader.read(tried);
    if (read instanceof LinkReader.Undecided) {
      return false;
    }
    share.window().read(offset);
    if (read instanceof LinkReader.Refused refused) {
      results.quarantine(share, offset, tried, refused.refusal(), refused.link());
    } else {
      LinkReader.Link link = (LinkReader.Link) read;
      admit(new LinkJob(tried, link.link(), link.host(), share, offset));
    }
    return true;
  }

  private void admit(LinkJob job) {
    Instant now = clock.instant();
    if (partitionOf(job.host()) != job.share().partition().partition()) {
      results.putOff(job, now); // to the partition where its host's links are
    } else if (!hosts.offer(job)) {
      results.putOff(job, hosts.turnOf(job.host(), now));
    }
  }

  private int partitionOf(String host) {
    return Utils.toPositive(Utils.murmur2(Utils.utf8(host))) % partitions;
  }

  private boolean takeWaiting(Share share, ConsumerRecord<byte[], byte[]> record) {
    if (share.window().isFinished(record.offset())) {
      share.window().read(record.offset());
      return true;
    }
    OptionalInt schemaId = WireFormat.schemaId(record.value());
    if (schemaId.isPresent()
        && waitingSchemas.of(schemaId.getAsInt()) == WriterSchemas.Verdict.UNDECIDED) {
      return false;
    }
    share.window().read(record.offset());
    waiting(share, record)
        .ifPresent(waiting -> share.due().add(record.offset(), waiting.getDueAt()));
    return true;
  }

  /** What a record lets wait. One that lets nothing wait goes to quarantine, under its own name. */
  private Optional<WaitingLink> waiting(Share share, ConsumerRecord<byte[], byte[]> record) {
    if (!LinkOutputs.isCarried(record)) {
      return noneWaits(share, record, LinkOutputs.tooLargeToCarry(record));
    }
    try {
      if (record.value() == null) {
        throw new SerializationException("the record has no value");
      }
      WaitingLink waiting =
          topics.waitingLinks().value().deserializer().deserialize(record.topic(), record.value());
      if (!results.outputs().isOfOurLinks(waiting)) {
        throw new SerializationException(
            "it names a record that is not on " + topics.links().name());
      }
      return Optional.of(waiting);
    } catch (SerializationException | AvroRuntimeException | StackOverflowError e) {
      return noneWaits(
          share,
          record,
          new Rejection(
              RejectReason.UNREADABLE_RECORD,
              "no fetcher wrote this record; it lets no link wait: " + OneLine.of(e.toString()),
              "",
              ""));
    }
  }

  private Optional<WaitingLink> noneWaits(
      Share share, ConsumerRecord<byte[], byte[]> record, Rejection refusal) {
    results.quarantine(share, record.offset(), TriedLink.fresh(record), refusal, Optional.empty());
    return Optional.empty();
  }

  /** Takes up what is due, and makes room in windows that fill up. */
  void takeDue(Collection<Share> shares) {
    Instant now = clock.instant();
    for (Share share : shares) {
      if (isOfLinks(share.partition())) {
        continue;
      }
      int room = Math.min(MOST_DUE, MOST_IN_MEMORY - hosts.waiting());
      if (room > 0 && hosts.waitingBytes() < MOST_BYTES_IN_MEMORY && !share.isResting(now)) {
        readAgain(
            share,
            share.due().take(now, room),
            (record, waiting) -> {
              if (admit(share, record.offset(), new TriedLink(waiting))) {
                share.rested();
              } else {
                share.due().add(record.offset(), waiting.getDueAt());
                if (!share.isResting(now)) {
                  share.rest(now, SHORTEST_REST, LONGEST_REST);
                }
              }
            });
      }
      if (share.window().fullness() >= FULL
          && share.carriedAt().plus(CARRIED_EVERY).isBefore(now)) {
        share.carry(MOST_CARRIED, now);
      }
      carryOn(share);
    }
  }

  /** A part of what is to be carried on, so that no pass takes long. */
  private void carryOn(Share share) {
    if (share.toCarry() == 0) {
      return;
    }
    List<Due> lowest =
        share
            .due()
            .takeLowest(share.window().low() + FinishedOffsets.MOST_ABOVE / 2, share.toCarry());
    int unread =
        readAgain(
            share,
            lowest,
            (record, waiting) ->
                results.finish(share, record.offset(), List.of(LinkOutputs.carriedOn(record))));
    share.stillToCarry(unread);
  }

  private interface Again {
    void accept(ConsumerRecord<byte[], byte[]> record, WaitingLink waiting);
  }

  /**
   * Reads records again, as many as memory has room for, and commits whenever enough has gathered.
   * The others stay due as they were.
   *
   * @return how many the others are
   */
  private int readAgain(Share share, List<Due> taken, Again each) {
    if (taken.isEmpty()) {
      return 0;
    }
    Map<Long, Instant> missing = new HashMap<>();
    taken.forEach(due -> missing.put(due.offset(), due.at()));
    WaitingLog.Found again = waitingLog.read(share.partition(), missing.keySet());
    for (long offset : again.unread()) {
      share.due().add(offset, missing.remove(offset));
    }
    for (ConsumerRecord<byte[], byte[]> record : again.found()) {
      missing.remove(record.offset());
      waiting(share, record).ifPresent(waiting -> each.accept(record, waiting));
      if (results.isDue()) {
        commit.run();
      }
    }
    for (long offset : missing.keySet()) {
      LOG.error("{}-{} was deleted before it was due", share.partition(), offset);
      share.finish(offset);
    }
    return again.unread().size();
  }

  private boolean isOfLinks(TopicPartition partition) {
    return partition.topic().equals(topics.links().name());
  }

  @Override
  public void close() {
    waitingLog.close();
  }
}
