package io.pairstream.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
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
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks whether an honest worker may give an answer: one that an attacker controls must neither
 * stop the client nor pass for the result.
 *
 * <p>Compares all but the pixels with image and plan. No pixel is decoded here.
 */
record AnswerCheck(ImagePlan plan, PreparedImage prepared) {

  private static final ProbeImage PROBE = new ProbeImage();

  /** Bytes of a JPEG's beginning that hold its tables and headers as our encoders write them. */
  private static final int JPEG_HEAD_BYTES = 1024;

  private static final int APP0 = 0xFFE0;
  private static final int START_OF_SCAN = 0xFFDA;
  private static final int END_OF_IMAGE = 0xFFD9;

  /** Length that a JFIF header without a small picture has. */
  private static final int JFIF_BYTES = 16;

  /** JFIF, tables of quantisation and codes, baseline frame, scan. */
  private static final Set<Integer> JPEG_SEGMENTS =
      Set.of(APP0, 0xFFDB, 0xFFC4, 0xFFC0, START_OF_SCAN);

  private static final int PNG_SIGNATURE_BYTES = 8;
  private static final int IEND = 0x49454E44;

  /** IHDR, IDAT and IEND. */
  private static final Set<Integer> PNG_CHUNKS = Set.of(0x49484452, 0x49444154, IEND);

  /** Longest JPEG code of an 8-bit value, in bytes; the rest of a file is headers. */
  private static final int MAX_BYTES_PER_VALUE = 4;

  private static final int MAX_HEADER_BYTES = 64 * 1024;

  /** How far sums of rounded numbers may exceed the measure's range. */
  private static final double ROUNDING = 0.001;

  /**
   * Passes what may be believed.
   *
   * @throws OddAnswerException where it is not an answer to this request; the message says why
   */
  static void check(Request request, ImagePlan plan, Answer answer) throws OddAnswerException {
    if (answer.token() != request.token()) {
      throw new OddAnswerException("it belongs to another request");
    }
    if (answer.outcome() instanceof Outcome.Kept<PreparedImage> kept) {
      new AnswerCheck(plan, kept.value()).check(request.image());
    } else if (answer.outcome() instanceof Outcome.Rejected<PreparedImage> rejected) {
      checkReason(rejected.rejection().reason(), request.image(), plan);
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
   * Whether the bytes are of such a picture: by their number for raw pixels, else by header and
   * structure.
   */
  private static boolean isOf(Picture picture) {
    int channels = picture.colour().channels();
    long values = (long) picture.widthPx() * picture.heightPx() * channels;
    int bytes = picture.encoded().size();
    if (picture.encoding() == ImageEncoding.RAW) {
      return bytes == values;
    }
    EncodedImage whole = picture.encoded();
    return isPlain(picture.encoding(), ByteBuffer.wrap(whole.bytes()))
        && bytes <= MAX_BYTES_PER_VALUE * values + MAX_HEADER_BYTES
        && PROBE.apply(whole).keptOnly().stream()
            .anyMatch(
                file ->
                    file.type() == ImageType.valueOf(picture.encoding().name())
                        && file.widthPx() == picture.widthPx()
                        && file.heightPx() == picture.heightPx()
                        && file.bitDepth() == 8
                        && file.bytesPerPixel() == channels
                        && file.scans() == 1
                        && !file.animated()
                        && file.encoded().equals(whole));
  }

  /** Whether the file is made of what our encoders write alone, from its first byte to its last. */
  private static boolean isPlain(ImageEncoding encoding, ByteBuffer file) {
    try {
      return switch (encoding) {
        case RAW -> true;
        case JPEG -> isPlainJpeg(file);
        case PNG -> isPlainPng(file);
      };
    } catch (IndexOutOfBoundsException e) {
      return false; // It ends inside a part.
    }
  }

  private static boolean isPlainJpeg(ByteBuffer file) {
    int at = 2;
    int marker = 0;
    while (marker != START_OF_SCAN) {
      marker = file.getShort(at) & 0xFFFF;
      int length = file.getShort(at + 2) & 0xFFFF;
      if (!JPEG_SEGMENTS.contains(marker) || (marker == APP0 && length != JFIF_BYTES)) {
        return false;
      }
      at += 2 + length;
    }
    int end = file.limit() - 2;
    boolean isCode = at <= JPEG_HEAD_BYTES;
    for (; isCode && at < end; at++) {
      isCode = file.get(at) != (byte) 0xFF || file.get(at + 1) == 0;
    }
    return isCode && (file.getShort(end) & 0xFFFF) == END_OF_IMAGE;
  }

  private static boolean isPlainPng(ByteBuffer file) {
    int at = PNG_SIGNATURE_BYTES;
    int type = 0;
    while (type != IEND) {
      int length = file.getInt(at);
      type = file.getInt(at + 4);
      if (!PNG_CHUNKS.contains(type) || length < 0 || (type == IEND && length > 0)) {
        return false;
      }
      at += 12 + length;
    }
    return at == file.limit();
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
