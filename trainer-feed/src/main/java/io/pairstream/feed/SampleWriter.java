package io.pairstream.feed;

import io.pairstream.feed.augment.Augmenter;
import io.pairstream.feed.augment.Picture;
import io.pairstream.feed.image.ImageDecoder;
import io.pairstream.feed.image.UndecodableImageException;
import io.pairstream.feed.pixels.PixelFormat;
import io.pairstream.feed.pixels.PixelProfile;
import io.pairstream.feed.pixels.PixelWriter;
import io.pairstream.feed.record.ImageShape;
import io.pairstream.feed.record.MalformedSampleException;
import io.pairstream.feed.record.Sample;
import io.pairstream.feed.record.SampleReader;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Checks one record and writes it to its place in a slot. Thread-safe. */
final class SampleWriter {

  private static final String RGB = "rgb";
  private static final String GREY = "grey";

  private final SampleReader reader;
  private final ImageDecoder decoder = new ImageDecoder();
  private final FeedSettings settings;
  private final Augmenter augmenter;
  private final String split;
  private final FeedClocks clocks;
  private final Queue<Desk> desks = new ConcurrentLinkedQueue<>();

  SampleWriter(SampleReader reader, FeedSettings settings, String split, FeedClocks clocks) {
    this.reader = reader;
    this.settings = settings;
    this.augmenter = new Augmenter(settings.augmentation());
    this.split = split;
    this.clocks = clocks;
  }

  /** Memory in which one picture at a time is changed. */
  private static final class Desk {

    private final Picture picture = new Picture();
    private ByteBuffer decoded = ByteBuffer.allocateDirect(0);

    /** Memory for a decoder's result. */
    private ByteBuffer decoded(int length) {
      if (decoded.capacity() < length) {
        decoded = ByteBuffer.allocateDirect(length);
      }
      return decoded.slice(0, length);
    }
  }

  /**
   * What a feed's first record says about all of them.
   *
   * @throws RefusedSampleException where such records cannot be had in the way that is asked for
   */
  BatchForm formOf(ConsumerRecord<byte[], byte[]> record) {
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
    boolean isRgb = sample.colour().equals(RGB);
    if (!settings.augmentation().isNone() && !isRgb && !sample.colour().equals(GREY)) {
      throw refused(
          record,
          "pictures in " + sample.colour() + "; augmentation is defined for rgb and grey alone");
    }
    PixelFormat pixels = settings.pixels();
    if (pixels.profile() == PixelProfile.AS_RECIPE) {
      pixels = pixels.profile(recipesProfile(record, sample));
    }
    if (pixels.profile().isForRgbAlone() && !isRgb) {
      throw refused(
          record,
          "pictures in "
              + sample.colour()
              + "; the profile "
              + pixels.profile().label()
              + " is made for rgb");
    }
    return new BatchForm(
        settings.tokens().orElse(sample.tokenLength()),
        channels,
        sample.colour(),
        sample.normalisation(),
        new PixelWriter(pixels, channels));
  }

  private static PixelProfile recipesProfile(ConsumerRecord<byte[], byte[]> record, Sample sample) {
    if (sample.normalisation().isEmpty()) {
      throw refused(
          record, "the recipe recommends no normalisation; choose one of " + PixelProfile.labels());
    }
    return PixelProfile.of(sample.normalisation())
        .filter(profile -> profile != PixelProfile.AS_RECIPE)
        .orElseThrow(
            () ->
                refused(
                    record,
                    "the recipe recommends the normalisation '"
                        + sample.normalisation()
                        + "', which this feed does not know; choose one of "
                        + PixelProfile.labels()));
  }

  /** The shape of a record's picture, which its batch shares. */
  ImageShape shapeOf(ConsumerRecord<byte[], byte[]> record) {
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
   * @param epoch other epochs change pictures otherwise
   * @throws RefusedSampleException where the record is not a sample of this slot's form and shape
   *     and of this feed's split
   */
  void write(ConsumerRecord<byte[], byte[]> record, long epoch, Slot slot, int index) {
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

    BatchForm form = slot.form();
    require(record, "split", split, sample.split());
    require(record, "token ids", form.tokens(), sample.tokenLength());
    requireSizeOfBatch(record, slot.shape(), sample.shape());
    require(record, "height in pixels", slot.shape().heightPx(), sample.shape().heightPx());
    require(record, "width in pixels", slot.shape().widthPx(), sample.shape().widthPx());
    require(record, "channels", form.channels(), sample.shape().channels());
    require(record, "colour", form.colour(), sample.colour());
    if (settings.pixels().profile() == PixelProfile.AS_RECIPE) {
      require(record, "normalisation", form.normalisation(), sample.normalisation());
    }
    if (sample.tokenCount() < 0 || sample.tokenCount() > form.tokens()) {
      throw refused(
          record, "token count " + sample.tokenCount() + " of " + form.tokens() + " token ids");
    }
    try {
      writeImage(record.value(), sample, epoch, slot, index);
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

  private void writeImage(byte[] value, Sample sample, long epoch, Slot slot, int index)
      throws UndecodableImageException {
    if (settings.pixels().equals(PixelFormat.STORED) && settings.augmentation().isNone()) {
      decode(value, sample, slot.imageOf(index));
      return;
    }
    Desk desk = desks.poll();
    if (desk == null) {
      desk = new Desk();
    }
    ImageShape shape = sample.shape();
    Picture picture = desk.picture;
    picture.begin(shape.heightPx(), shape.widthPx(), shape.channels());
    ByteBuffer decoded = desk.decoded(picture.length());
    decode(value, sample, decoded);
    decoded.get(0, picture.pixels(), 0, picture.length());
    if (!settings.augmentation().isNone()) {
      augmenter.apply(sample.pairId(), epoch, picture);
    }
    slot.form()
        .pixels()
        .write(picture.pixels(), shape.heightPx(), shape.widthPx(), slot.imageOf(index));
    desks.add(desk);
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
