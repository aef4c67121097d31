package io.pairstream.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.CheckMeasures;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.Geometry.Layout;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImagePlan.Rendition;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PictureOutput;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import io.pairstream.image.protocol.WorkerProtocol.Request;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Checks whether an honest worker may give an answer: one that an attacker controls must neither
 * stop the client nor pass for the result.
 *
 * <p>Compares all but the pixels with image and plan. No pixel is decoded here.
 */
final class AnswerCheck {

  private static final ProbeImage PROBE = new ProbeImage();

  /** Bytes of a JPEG's beginning that hold its tables and headers as our encoders write them. */
  private static final int JPEG_HEAD_BYTES = 1024;

  private static final byte[] JPEG_END = {(byte) 0xFF, (byte) 0xD9};

  /** Longest JPEG code of an 8-bit value, in bytes; the rest of a file is headers. */
  private static final int MAX_BYTES_PER_VALUE = 4;

  private static final int MAX_HEADER_BYTES = 64 * 1024;

  /** How far sums of rounded numbers may exceed the measure's range. */
  private static final double ROUNDING = 0.001;

  private final ImagePlan plan;
  private final PreparedImage prepared;

  private AnswerCheck(ImagePlan plan, PreparedImage prepared) {
    this.plan = plan;
    this.prepared = prepared;
  }

  /**
   * Passes what may be believed.
   *
   * @throws OddAnswerException where it is not an answer to this request; the message says why
   */
  static void check(Request request, ImagePlan plan, Answer answer) throws OddAnswerException {
    if (answer.token() != request.token()) {
      throw new OddAnswerException("it belongs to another request");
    }
    for (Rejection rejection : answer.rejected()) {
      checkReason(rejection.reason(), request.image(), plan);
    }
    for (PreparedImage prepared : answer.kept()) {
      new AnswerCheck(plan, prepared).check(request.image());
    }
  }

  private static void checkReason(RejectReason reason, ImageToPrepare image, ImagePlan plan)
      throws OddAnswerException {
    boolean possible =
        switch (reason) {
          case CROP_BOX_INVALID, IMAGE_SMALLER_THAN_TARGET ->
              bothWays(image, plan)
                  .flatMap(layouts -> layouts.rejectedOnly().stream())
                  .anyMatch(rejection -> rejection.reason() == reason);
          default -> ImageWorker.REASONS.contains(reason);
        };
    if (!possible) {
      throw new OddAnswerException("no decoder rejects it for " + reason);
    }
  }

  /** Layouts for the image as stored and on its side; only its metadata say which is right. */
  private static Stream<Outcome<List<Layout>>> bothWays(ImageToPrepare image, ImagePlan plan) {
    ProbedImage stored = image.image();
    return Stream.of(
        plan.layouts(stored.widthPx(), stored.heightPx(), image.cropBox()),
        plan.layouts(stored.heightPx(), stored.widthPx(), image.cropBox()));
  }

  private void check(ImageToPrepare image) throws OddAnswerException {
    int width = prepared.originalWidthPx();
    int height = prepared.originalHeightPx();
    ProbedImage stored = image.image();
    boolean upright = width == stored.widthPx() && height == stored.heightPx();
    boolean onItsSide = width == stored.heightPx() && height == stored.widthPx();
    if (!upright && !onItsSide) {
      throw new OddAnswerException(
          "of an image of " + stored.size() + " px it makes one of " + width + "x" + height);
    }
    List<Layout> layouts =
        plan.layouts(width, height, image.cropBox()).keptOnly().stream()
            .findFirst()
            .orElseThrow(() -> new OddAnswerException("it keeps what is to be rejected"));
    List<String> asked = plan.renditions().stream().map(Rendition::name).toList();
    List<String> named = prepared.renditions().stream().map(Picture.Named::name).toList();
    if (!named.equals(asked)) {
      throw new OddAnswerException("its renditions are not " + asked);
    }
    checkPicture(prepared.picture(), plan.main(), layouts.get(0));
    long bytes = prepared.picture().encoded().size();
    for (int i = 0; i < asked.size(); i++) {
      Picture picture = prepared.renditions().get(i).picture();
      checkPicture(picture, plan.renditions().get(i).output(), layouts.get(i + 1));
      bytes += picture.encoded().size();
    }
    if (bytes > ImagePlan.MAX_PICTURE_BYTES) {
      throw new OddAnswerException("its pictures have " + bytes + " bytes");
    }
    checkMeasures(layouts.get(0).source());
  }

  private void checkPicture(Picture picture, PictureOutput wanted, Layout layout)
      throws OddAnswerException {
    PictureColour colour = plan.pixels().colour();
    if (picture.encoding() != wanted.encoding()
        || picture.colour() != colour
        || picture.widthPx() != layout.widthPx()
        || picture.heightPx() != layout.heightPx()) {
      throw new OddAnswerException(
          "a picture of %dx%d px, %s in %s; asked for was one of %dx%d px, %s in %s"
              .formatted(
                  picture.widthPx(),
                  picture.heightPx(),
                  picture.encoding(),
                  picture.colour(),
                  layout.widthPx(),
                  layout.heightPx(),
                  wanted.encoding(),
                  colour));
    }
    if (!isOf(picture)) {
      throw new OddAnswerException(
          "%d bytes that are no %s of %dx%d px with %d channels"
              .formatted(
                  picture.encoded().size(),
                  picture.encoding(),
                  picture.widthPx(),
                  picture.heightPx(),
                  colour.channels()));
    }
  }

  /**
   * Whether the bytes are of such a picture: by their number for raw pixels, else by their header.
   */
  private static boolean isOf(Picture picture) {
    int channels = picture.colour().channels();
    long values = (long) picture.widthPx() * picture.heightPx() * channels;
    int bytes = picture.encoded().size();
    if (picture.encoding() == ImageEncoding.RAW) {
      return bytes == values;
    }
    EncodedImage head = head(picture);
    return bytes <= MAX_BYTES_PER_VALUE * values + MAX_HEADER_BYTES
        && PROBE.apply(head).keptOnly().stream()
            .anyMatch(
                file ->
                    file.type() == ImageType.valueOf(picture.encoding().name())
                        && file.widthPx() == picture.widthPx()
                        && file.heightPx() == picture.heightPx()
                        && file.bitDepth() == 8
                        && file.bytesPerPixel() == channels
                        && file.scans() == 1
                        && !file.animated()
                        && file.encoded().equals(head));
  }

  /** A whole PNG; of a JPEG the beginning, with the whole file's end marker. */
  private static EncodedImage head(Picture picture) {
    byte[] bytes = picture.encoded().bytes();
    if (picture.encoding() == ImageEncoding.PNG || bytes.length <= JPEG_HEAD_BYTES) {
      return picture.encoded();
    }
    byte[] head = Arrays.copyOf(bytes, JPEG_HEAD_BYTES + JPEG_END.length);
    System.arraycopy(bytes, bytes.length - JPEG_END.length, head, JPEG_HEAD_BYTES, JPEG_END.length);
    return new EncodedImage(head);
  }

  private void checkMeasures(PixelBox part) throws OddAnswerException {
    Map<String, Double> measures = prepared.measures();
    if (!measures.keySet().equals(plan.measureNames())) {
      throw new OddAnswerException("it has not measured " + plan.measureNames());
    }
    for (Map.Entry<String, Double> measure : measures.entrySet()) {
      Double most = CheckMeasures.MEASURES.get(measure.getKey());
      double value = measure.getValue();
      // What a model says that is no number, a later step rejects the pair for.
      if (most != null && !(value >= -ROUNDING && value <= most + ROUNDING)) {
        throw new OddAnswerException("its " + measure.getKey() + " is " + value);
      }
    }
    if (measures.get("crop_left_px") != part.leftPx()
        || measures.get("crop_top_px") != part.topPx()
        || measures.get("crop_width_px") != part.widthPx()
        || measures.get("crop_height_px") != part.heightPx()) {
      throw new OddAnswerException("its pixels come from another part than " + part);
    }
  }
}
