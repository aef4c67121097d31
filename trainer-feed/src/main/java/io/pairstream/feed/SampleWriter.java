package io.pairstream.feed;

import io.pairstream.feed.image.ImageDecoder;
import io.pairstream.feed.image.UndecodableImageException;
import io.pairstream.feed.record.ImageShape;
import io.pairstream.feed.record.MalformedSampleException;
import io.pairstream.feed.record.Sample;
import io.pairstream.feed.record.SampleReader;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Checks one record and writes it to its place in a slot. Thread-safe. */
final class SampleWriter {

  private final SampleReader reader;
  private final ImageDecoder decoder = new ImageDecoder();
  private final FeedSettings settings;
  private final String split;
  private final FeedClocks clocks;

  SampleWriter(SampleReader reader, FeedSettings settings, String split, FeedClocks clocks) {
    this.reader = reader;
    this.settings = settings;
    this.split = split;
    this.clocks = clocks;
  }

  /**
   * What a feed's first record says about all of them.
   *
   * @throws RefusedSampleException where such records cannot be had in the way that is asked for
   */
  Slot.Form formOf(ConsumerRecord<byte[], byte[]> record) {
    Sample sample;
    try {
      sample = reader.read(record.value(), IntBuffer.allocate(0));
    } catch (MalformedSampleException e) {
      throw refused(record, e);
    }
    int channels = sample.shape().channels();
    if (channels != 1 && channels != 3) {
      throw refused(record, "pictures of " + channels + " channels, expected 1 or 3");
    }
    return new Slot.Form(settings.tokens().orElse(sample.tokenLength()), channels, sample.colour());
  }

  /** The shape of a batch that a record's picture is in. */
  ImageShape shapeOf(ConsumerRecord<byte[], byte[]> record) {
    if (settings.shapes() instanceof Shapes.One one) {
      return new ImageShape(one.heightPx(), one.widthPx(), 1);
    }
    try {
      ImageShape shape = reader.readShape(record.value());
      long pixels = (long) shape.heightPx() * shape.widthPx();
      if (shape.heightPx() < 1 || shape.widthPx() < 1 || pixels > settings.shapes().maxPixels()) {
        throw refused(
            record,
            "a picture of "
                + shape.widthPx()
                + "x"
                + shape.heightPx()
                + ", expected 1 to "
                + settings.shapes().maxPixels()
                + " pixels");
      }
      return shape;
    } catch (MalformedSampleException e) {
      throw refused(record, e);
    }
  }

  /**
   * Writes a record's image and token ids.
   *
   * @throws RefusedSampleException where the record is not a sample of this slot's form and shape
   *     and of this feed's split
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

    Slot.Form form = slot.form();
    require(record, "split", split, sample.split());
    require(record, "token ids", form.tokens(), sample.tokenLength());
    requireSizeOfBatch(record, slot.shape(), sample.shape());
    require(record, "height in pixels", slot.shape().heightPx(), sample.shape().heightPx());
    require(record, "width in pixels", slot.shape().widthPx(), sample.shape().widthPx());
    require(record, "channels", form.channels(), sample.shape().channels());
    require(record, "colour", form.colour(), sample.colour());
    if (sample.tokenCount() < 0 || sample.tokenCount() > form.tokens()) {
      throw refused(
          record, "token count " + sample.tokenCount() + " of " + form.tokens() + " token ids");
    }
    try {
      decode(record.value(), sample, slot.imageOf(index));
    } catch (UndecodableImageException e) {
      throw refused(record, e);
    }
    slot.mask(index, sample.tokenCount());
    slot.name(index, sample.pairId(), sample.caption());
    clocks.decoding().add(System.nanoTime() - read);
  }

  /** Over a view, samples cannot wait for others of their size: their places are fixed. */
  private void requireSizeOfBatch(
      ConsumerRecord<byte[], byte[]> record, ImageShape batch, ImageShape found) {
    boolean isOfBatch = batch.heightPx() == found.heightPx() && batch.widthPx() == found.widthPx();
    if (settings.shapes() instanceof Shapes.Several && !isOfBatch) {
      throw refused(
          record,
          "a picture of %dx%d in a batch of %dx%d; cut a view of each size, with --where width=%d --where height=%d"
              .formatted(
                  found.widthPx(),
                  found.heightPx(),
                  batch.widthPx(),
                  batch.heightPx(),
                  found.widthPx(),
                  found.heightPx()));
    }
  }

  private void decode(byte[] value, Sample sample, ByteBuffer pixels)
      throws UndecodableImageException {
    decoder.decode(
        sample.imageEncoding(),
        value,
        sample.imageOffset(),
        sample.imageLength(),
        sample.shape(),
        pixels);
  }

  private static void require(
      ConsumerRecord<byte[], byte[]> record, String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw refused(record, "expected " + what + " " + expected + ", found " + found);
    }
  }

  private static RefusedSampleException refused(
      ConsumerRecord<byte[], byte[]> record, Exception cause) {
    return new RefusedSampleException(site(record) + ": " + cause.getMessage(), cause);
  }

  private static RefusedSampleException refused(
      ConsumerRecord<byte[], byte[]> record, String reason) {
    return new RefusedSampleException(site(record) + ": " + reason, null);
  }

  private static String site(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + "-" + record.offset();
  }
}
