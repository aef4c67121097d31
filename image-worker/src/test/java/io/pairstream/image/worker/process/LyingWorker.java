package io.pairstream.image.worker.process;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.protocol.WorkerProtocol.Request;
import io.pairstream.image.worker.pixels.ImagePreparer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A worker that an image takes over: honest until it sees one that ends in {@code LIE:} and the
 * name of a lie, from then on it tells that lie of every image. With {@code LIE-LATER:} the image
 * itself is answered honestly.
 */
public final class LyingWorker {

  private static final Pattern ORDER = Pattern.compile("LIE(-LATER)?:([a-z-]+)$", Pattern.DOTALL);

  private static final int MIB = 1 << 20;

  private final DataOutputStream out =
      new DataOutputStream(new FileOutputStream(FileDescriptor.out));
  private final FileOutputStream stderr = new FileOutputStream(FileDescriptor.err);
  private String lie = "";
  private byte[] fileBefore = new byte[0];

  private LyingWorker() {}

  /** Runs it, in the place of {@link WorkerMain} and with its arguments. */
  public static void main(String[] args) throws IOException {
    System.setOut(System.err);
    switch (args[0]) {
      case "unpack" -> LateParts.unpack();
      case "try" -> Runtime.getRuntime().halt(0);
      default -> new LyingWorker().serve(args);
    }
  }

  private void serve(String[] args) throws IOException {
    ByteBuffer window = ImageWindow.view(args[1]);
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
    ImagePreparer preparer = new ImagePreparer();
    System.err.println(preparer.codecs());
    stderr.write(WorkerProtocol.mark(WorkerProtocol.token(args[0])));
    try {
      while (true) {
        Request request = Request.readFrom(in, window);
        request.newPlan().ifPresent(preparer::follow);
        byte[] file = request.image().image().encoded().bytes();
        Outcome<PreparedImage> honest =
            preparer.prepare(request.image(), request.seenIn(window).orElse(null));
        Matcher order = ORDER.matcher(new String(file, StandardCharsets.ISO_8859_1));
        boolean ordered = order.find();
        if (ordered && order.group(1) == null) {
          lie = order.group(2);
        }
        answer(request, honest);
        if (ordered) {
          lie = order.group(2);
        }
        fileBefore = file;
      }
    } catch (EOFException e) {
      Runtime.getRuntime().halt(0);
    }
  }

  private void answer(Request request, Outcome<PreparedImage> honest) throws IOException {
    stderr.write(WorkerProtocol.mark(request.token()));
    switch (lie) {
      case "exit" -> Runtime.getRuntime().halt(3);
      case "length" -> out.writeInt(Integer.MAX_VALUE);
      case "token" -> send(request.token() + 1, honest);
      case "ahead" -> {
        for (int i = 0; i < 3; i++) {
          send(request.token(), honest);
        }
      }
      case "forbidden" ->
          send(request.token(), Outcome.rejected(RejectReason.PICTURE_FORBIDDEN, "a lie"));
      default ->
          send(
              request.token(),
              honest.map(image -> lie.isEmpty() ? image : falsified(lie, image, fileBefore)));
    }
  }

  private void send(long token, Outcome<PreparedImage> outcome) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    new Answer(token, outcome).writeTo(new DataOutputStream(frame));
    out.writeInt(frame.size());
    frame.writeTo(out);
  }

  /**
   * An answer that tells a lie.
   *
   * @param fileBefore another image's file
   */
  public static PreparedImage falsified(String lie, PreparedImage image, byte[] fileBefore) {
    Picture picture = image.picture();
    Map<String, Double> measures = new HashMap<>(image.measures());
    List<Picture.Named> renditions = new ArrayList<>(image.renditions());
    long hash = image.perceptualHash();
    int width = image.originalWidthPx();
    switch (lie) {
      case "large" -> picture = with(picture, new byte[12 * MIB]);
      case "largest" -> picture = with(picture, new byte[9 * MIB]);
      case "html" ->
          picture = with(picture, "<html><script>".repeat(9).getBytes(StandardCharsets.US_ASCII));
      case "file-before" -> picture = with(picture, fileBefore);
      case "padded" -> picture = with(picture, Arrays.copyOf(picture.encoded().bytes(), MIB));
      case "tail" -> picture = with(picture, put(picture, -1, "<html>"));
      case "tail-with-end" -> picture = with(picture, put(picture, -1, "<html>\u00ff\u00d9"));
      case "comment" -> picture = with(picture, put(picture, 2, "\u00ff\u00fe\0\010<html>"));
      case "profile" -> picture = with(picture, put(picture, 2, "\u00ff\u00e2\0\010<html>"));
      case "restart" -> picture = with(picture, put(picture, 1024, "\u00ff\u00d0"));
      case "second" -> picture = with(picture, put(picture, -3, "\u00ff\u00d9\u00ff\u00d8"));
      case "rendition-tail" ->
          renditions.replaceAll(
              named ->
                  new Picture.Named(
                      named.name(), with(named.picture(), put(named.picture(), -1, "<html>"))));
      case "rendition-text" ->
          renditions.replaceAll(
              named ->
                  new Picture.Named(
                      named.name(),
                      with(
                          named.picture(),
                          put(named.picture(), 33, "\0\0\0\6tEXta\0html\u00ec\\\u00ec\u0091"))));
      case "size" ->
          picture =
              new Picture(
                  picture.encoded(), picture.encoding(), picture.colour(), Integer.MAX_VALUE, -7);
      case "original-size" -> width++;
      case "no-measures" -> measures.clear();
      case "more-measures" -> measures.put("kindness", 1.0);
      case "nan" -> measures.replaceAll((name, value) -> Double.NaN);
      case "endless" -> measures.replaceAll((name, value) -> Double.POSITIVE_INFINITY);
      case "negative" -> measures.replaceAll((name, value) -> -1.0);
      case "other-part" -> measures.merge("crop_left_px", 1.0, Double::sum);
      case "renditions" -> renditions.add(new Picture.Named("thumbnail", picture));
      case "no-renditions" -> renditions.clear();
      case "hash" -> hash = 0x0123456789abcdefL;
      default -> throw new IllegalStateException("no such lie: " + lie);
    }
    return new PreparedImage(
        picture, renditions, width, image.originalHeightPx(), hash, image.mirroredHash(), measures);
  }

  /** The picture's file with characters put in there; at its end for -1. */
  private static byte[] put(Picture picture, int at, String latin1) {
    String file = new String(picture.encoded().bytes(), StandardCharsets.ISO_8859_1);
    int place = at < 0 ? file.length() + 1 + at : at;
    return (file.substring(0, place) + latin1 + file.substring(place))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Picture with(Picture picture, byte[] bytes) {
    return new Picture(
        new EncodedImage(bytes),
        picture.encoding(),
        picture.colour(),
        picture.widthPx(),
        picture.heightPx());
  }
}
