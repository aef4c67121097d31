package io.pairstream.feed;

import io.pairstream.feed.image.ImageDecoder;
import io.pairstream.feed.image.UndecodableImageException;
import io.pairstream.feed.record.MalformedSampleException;
import io.pairstream.feed.record.Sample;
import io.pairstream.feed.record.SampleReader;
import java.nio.IntBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Checks one record and writes it to its place in a slot. Thread-safe. */
final class SampleWriter {

  private final SampleReader reader;
  private final ImageDecoder decoder;
  private final FeedSettings settings;
  private final String split;
  private final FeedClocks clocks;

  SampleWriter(SampleReader reader, FeedSettings settings, String split, FeedClocks clocks) {
    this.reader = reader;
    this.decoder = new ImageDecoder(settings.heightPx(), settings.widthPx());
    this.settings = settings;
    this.split = split;
    this.clocks = clocks;
  }

  /** How many token ids a record has. */
  int tokensOf(ConsumerRecord<byte[], byte[]> record) {
    try {
      return reader.read(record.value(), IntBuffer.allocate(0)).tokenCount();
    } catch (MalformedSampleException e) {
      throw refused(record, e);
    }
  }

  /**
   * Writes a record's image and token ids.
   *
   * @throws RefusedSampleException where the record is not a sample of this feed's shape and split
   */
  void write(ConsumerRecord<byte[], byte[]> record, Slot slot, int index) {
    long begin = System.nanoTime();
    IntBuffer tokens = slot.tokensOf(index);
    Sample sample;
    try {
      sample = reader.read(record.value(), tokens);
    } catch (MalformedSampleException e) {
      throw refused(record, e);
    }
    long read = System.nanoTime();
    clocks.parsing().add(read - begin);

    require(record, "split", split, sample.split());
    require(record, "token ids", tokens.capacity(), sample.tokenCount());
    require(record, "height in pixels", settings.heightPx(), sample.heightPx());
    require(record, "width in pixels", settings.widthPx(), sample.widthPx());
    require(record, "channels", ReadyBatch.CHANNELS, sample.channels());
    try {
      decoder.decode(
          sample.imageEncoding(),
          record.value(),
          sample.imageOffset(),
          sample.imageLength(),
          slot.imageOf(index));
    } catch (UndecodableImageException e) {
      throw refused(record, e);
    }
    slot.name(index, sample.pairId(), sample.caption());
    clocks.decoding().add(System.nanoTime() - read);
  }

  private static void require(
      ConsumerRecord<byte[], byte[]> record, String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new RefusedSampleException(
          site(record) + ": expected " + what + " " + expected + ", found " + found, null);
    }
  }

  private static RefusedSampleException refused(
      ConsumerRecord<byte[], byte[]> record, Exception cause) {
    return new RefusedSampleException(site(record) + ": " + cause.getMessage(), cause);
  }

  private static String site(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + "-" + record.offset();
  }
}
