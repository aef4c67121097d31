package io.pairstream.feed.batch;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.wire.RecordDecoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Checks one record and writes it to its place in a batch. Thread-safe. */
final class SampleWriter {

  private final RecordDecoder<PreparedPair> records;
  private final ImageDecoder images = new ImageDecoder();
  private final int sidePx;
  private final String split;
  private final BatchSlots.Clocks clocks;

  SampleWriter(FeedSource source, int sidePx, BatchSlots.Clocks clocks) {
    this.records = source.decoder();
    this.sidePx = sidePx;
    this.split = source.split().name();
    this.clocks = clocks;
  }

  /**
   * Format of all samples, from the feed's first record.
   *
   * @throws FeedRefusedException where such records cannot be had
   */
  ReadyBatch.Form formOf(ConsumerRecord<byte[], byte[]> record) {
    PreparedPair pair = read(record);
    int channels = pair.getChannels();
    if (channels != 1 && channels != 3) {
      throw refused(record, "pictures of " + channels + " channels, expected 1 or 3");
    }
    return new ReadyBatch.Form(sidePx, channels, pair.getColour(), pair.getTokenIds().size());
  }

  /**
   * Writes a record's image and token ids.
   *
   * @throws FeedRefusedException where the record is not a sample of this form and of this feed's
   *     split
   */
  ReadyBatch.Sample write(
      ConsumerRecord<byte[], byte[]> record, ReadyBatch.Memory memory, int index) {
    long begin = System.nanoTime();
    PreparedPair pair = read(record);
    ReadyBatch.Form form = memory.form();
    require(record, "split", split, pair.getSplit());
    require(record, "token ids", form.tokens(), pair.getTokenIds().size());
    require(record, "height in pixels", form.sidePx(), pair.getHeight());
    require(record, "width in pixels", form.sidePx(), pair.getWidth());
    require(record, "channels", form.channels(), pair.getChannels());
    require(record, "colour", form.colour(), pair.getColour());
    if (pair.getTokenCount() < 0 || pair.getTokenCount() > form.tokens()) {
      throw refused(
          record, "token count " + pair.getTokenCount() + " of " + form.tokens() + " token ids");
    }
    try {
      images.decode(pair, memory.imageOf(index));
    } catch (IllegalArgumentException e) {
      throw refused(record, e.getMessage());
    }
    ReadyBatch.Sample written = memory.put(index, pair);
    clocks.decoding().add(System.nanoTime() - begin);
    return written;
  }

  /** Decodes a record's pair. @throws FeedRefusedException where the record holds none */
  private PreparedPair read(ConsumerRecord<byte[], byte[]> record) {
    return records
        .decode(record.value())
        .orElseThrow(() -> refused(record, "no prepared pair that this version can read"));
  }

  private static void require(
      ConsumerRecord<byte[], byte[]> record, String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw refused(record, "expected " + what + " " + expected + ", found " + found);
    }
  }

  private static FeedRefusedException refused(
      ConsumerRecord<byte[], byte[]> record, String reason) {
    return new FeedRefusedException(
        record.topic() + "-" + record.partition() + "-" + record.offset() + ": " + reason);
  }
}
