package io.pairstream.image.protocol;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The conversation between a worker process and its client, over the worker's three standard
 * streams. All numbers are big-endian.
 *
 * <pre>
 * start    client -> arguments  token, 16 hex digits; {@link ImageWindow}
 *          worker -> stderr     whatever the virtual machine says, then the mark of that token
 *
 * image    client -> stdin      {@link Request}, with a token of its own
 *          worker -> stderr     whatever the codecs say
 *          worker -> stdout     {@link Answer}, if it is small
 *          worker -> stderr     the mark of that token
 *          worker -> stdout     {@link Answer}, if it is not
 *
 * end      client closes stdin, or dies; the worker exits
 * </pre>
 *
 * <p>The client reads stderr up to the mark, then stdout. An answer that a pipe holds is there
 * before the mark, so that the client wakes once and finds all; a larger one must come after it, or
 * both would wait for each other. The token is random, so no image can make a codec print its mark.
 * One request at a time.
 */
public final class WorkerProtocol {

  /** Largest part of a message, in bytes: a picture's pixels. */
  static final int MAX_FRAME_BYTES = ShownPicture.MOST_BYTES;

  /** Largest answer, in bytes: all pictures of a pair, and some kilobytes of names and numbers. */
  static final int MAX_ANSWER_BYTES = ImagePlan.MAX_PICTURE_BYTES + 64 * 1024;

  /** Most items of a list or map. A caption has at most 4,096 token ids; nothing else has more. */
  static final int MAX_ITEMS = 4096;

  /** Last of three arguments of a worker that filters its system calls; any other text for none. */
  public static final String FILTER = "filter";

  /** Only argument of a process that lays the native libraries into their folder, and ends. */
  public static final String UNPACK = "unpack";

  /** Only argument of a process that tries out what a worker needs, and ends. */
  public static final String TRY = "try";

  /** Exit status of a trial in which the filter of system calls alone fails. */
  public static final int UNFILTERED = 4;

  private WorkerProtocol() {}

  /** The token in the worker's arguments: 16 hex digits. */
  public static String argument(long token) {
    return HexFormat.of().toHexDigits(token);
  }

  /** The token that {@code argument} stands for. */
  public static long token(String argument) {
    return HexFormat.fromHexDigitsToLong(argument);
  }

  /** End marker on stderr of the worker's messages about the request with this token. */
  public static byte[] mark(long token) {
    return ("\0end " + argument(token) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads a length, or a count, that is not more than {@code most}. */
  static int readLength(DataInputStream in, int most) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > most) {
      throw new IOException("a length of " + length + ", at most " + most);
    }
    return length;
  }

  /**
   * Reads a length, and a reply that has it.
   *
   * @throws EOFException if the worker ends before
   * @throws OddAnswerException if it is none, which includes an unknown word
   */
  static <T extends Record> T readReply(Class<T> type, int mostBytes, DataInputStream in)
      throws IOException {
    int length = in.readInt();
    if (length < 0 || length > mostBytes) {
      throw new OddAnswerException("it has " + length + " bytes, at most " + mostBytes);
    }
    byte[] frame = new byte[length];
    in.readFully(frame);
    DataInputStream body = new DataInputStream(new ByteArrayInputStream(frame));
    T reply;
    try {
      reply = RecordWire.read(type, body);
    } catch (IOException e) {
      String why = e instanceof EOFException ? "bytes are missing" : e.getMessage();
      throw new OddAnswerException("it cannot be read: " + why);
    }
    if (body.available() != 0) {
      throw new OddAnswerException("it has bytes behind its end");
    }
    return reply;
  }

  /** Thrown for an answer that a worker may not give to the request. */
  public static final class OddAnswerException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * @param what is odd about it, in words
     */
    public OddAnswerException(String what) {
      super(what);
    }
  }

  /**
   * One image, and what to make of it where that is not the same as for the image before.
   *
   * @param token random; the worker marks the end of its words on stderr with it
   * @param newPlan what to make of this image and of those that follow; empty where that stays
   * @param image the image
   * @param bytesInWindow how many of its file's bytes lie in the window, which is all or none; what
   *     lies there is not sent, and stays until the next request
   */
  public record Request(
      long token, Optional<ImagePlan> newPlan, ImageToPrepare image, int bytesInWindow) {

    /** A request of which nothing lies in a window yet. */
    public Request(long token, Optional<ImagePlan> newPlan, ImageToPrepare image) {
      this(token, newPlan, image, 0);
    }

    /** Writes it, the file into the window where it fits. */
    public void writeTo(DataOutputStream out, ImageWindow window) throws IOException {
      byte[] file = image.image().encoded().bytes();
      Request sent = this;
      if (window.fits(file.length)) {
        window.lay(file);
        sent = new Request(token, newPlan, with(new byte[0]), file.length);
      }
      RecordWire.write(sent, out);
      out.flush();
    }

    /**
     * Reads a request.
     *
     * @param window as {@link ImageWindow#view} gives it
     * @throws java.io.EOFException if the other side has closed the stream
     */
    public static Request readFrom(DataInputStream in, ByteBuffer window) throws IOException {
      Request sent = RecordWire.read(Request.class, in);
      int bytes = sent.bytesInWindow;
      if (bytes < 0 || bytes > window.capacity()) {
        throw new IOException("not a request: " + bytes + " bytes in the window");
      }
      if (bytes == 0) {
        return sent;
      }
      byte[] file = new byte[bytes];
      window.get(0, file);
      return new Request(sent.token, sent.newPlan, sent.with(file), bytes);
    }

    /** The file's bytes where they lie in the window already. */
    public Optional<ByteBuffer> seenIn(ByteBuffer window) {
      return bytesInWindow == 0 ? Optional.empty() : Optional.of(window.slice(0, bytesInWindow));
    }

    private ImageToPrepare with(byte[] file) {
      ProbedImage probed = image.image();
      return new ImageToPrepare(
          probed.with(new EncodedImage(file), probed.scans()), image.cropBox());
    }
  }

  /**
   * Answer about one image. On the wire: int length of the rest, then the record.
   *
   * @param token token of the request; only a process that has read the request can know it
   * @param outcome what became of the image
   */
  public record Answer(long token, Outcome<PreparedImage> outcome) implements WorkerMessage {

    /**
     * Reads a length, and an answer that has it.
     *
     * @throws EOFException if the worker ends before
     * @throws OddAnswerException if it is none, which includes an unknown reason
     */
    public static Answer readFrom(DataInputStream in) throws IOException {
      return readReply(Answer.class, MAX_ANSWER_BYTES, in);
    }
  }
}
