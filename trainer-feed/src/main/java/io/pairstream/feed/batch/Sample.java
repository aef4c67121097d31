package io.pairstream.feed.batch;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.PreparedPair;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of a split with the pair that it holds.
 *
 * @param form form that the pair has, as all samples of a feed
 */
record Sample(ConsumerRecord<byte[], byte[]> record, PreparedPair pair, Form form) {

  /**
   * Format shared by all samples of a feed, decided by the first one.
   *
   * @param sidePx height and width of every picture
   * @param channels of every picture, 1 or 3
   * @param colour rgb, grey, hsv, lab or ycrcb
   * @param tokens token ids per sample
   */
  record Form(int sidePx, int channels, String colour, int tokens) {

    int imageBytes() {
      return sidePx * sidePx * channels;
    }
  }

  /**
   * Checks a record's pair.
   *
   * @param expected form of the samples before; null for the first one
   * @throws FeedRefusedException where the pair is not of this form or split
   */
  static Sample of(
      ConsumerRecord<byte[], byte[]> record,
      PreparedPair pair,
      String split,
      int sidePx,
      Form expected) {
    int channels = pair.getChannels();
    if (channels != 1 && channels != 3) {
      throw refused(record, "pictures of " + channels + " channels, expected 1 or 3");
    }
    Form form =
        expected == null
            ? new Form(sidePx, channels, pair.getColour(), pair.getTokenIds().size())
            : expected;
    require(record, "split", split, pair.getSplit());
    require(record, "token ids", form.tokens(), pair.getTokenIds().size());
    require(record, "height in pixels", sidePx, pair.getHeight());
    require(record, "width in pixels", sidePx, pair.getWidth());
    require(record, "channels", form.channels(), channels);
    require(record, "colour", form.colour(), pair.getColour());
    if (pair.getTokenCount() < 0 || pair.getTokenCount() > form.tokens()) {
      throw refused(
          record, "token count " + pair.getTokenCount() + " of " + form.tokens() + " token ids");
    }
    return new Sample(record, pair, form);
  }

  /**
   * Decodes the picture.
   *
   * @param pixels as many bytes as the form's image has
   * @throws FeedRefusedException where the image is not what the pair says
   */
  void decode(ImageDecoder images, ByteBuffer pixels) {
    try {
      images.decode(pair, pixels);
    } catch (IllegalArgumentException e) {
      throw refused(record, e.getMessage());
    }
  }

  /** Whether a record is the tombstone of this sample. */
  boolean isWithdrawnBy(ConsumerRecord<byte[], byte[]> tombstone) {
    return tombstone.partition() == record.partition()
        && Arrays.equals(tombstone.key(), record.key());
  }

  static FeedRefusedException refused(ConsumerRecord<byte[], byte[]> record, String reason) {
    return new FeedRefusedException(
        record.topic() + "-" + record.partition() + "-" + record.offset() + ": " + reason);
  }

  private static void require(
      ConsumerRecord<byte[], byte[]> record, String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw refused(record, "expected " + what + " " + expected + ", found " + found);
    }
  }
}
