package io.pairstream.image.protocol;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The conversation between a worker process and its client, over the worker's three standard
 * streams. All numbers are big-endian.
 *
 * <pre>
 * start    client -> arguments  token, 16 hex digits; {@link ImageWindow}
 *          worker -> stderr     whatever the virtual machine says, then the mark of that token
 *          worker -> stdout     int magic, int version
 *
 * image    client -> stdin      {@link WorkerRequest}, with a token of its own
 *          worker -> stderr     whatever the codecs say
 *          worker -> stdout     {@link WorkerAnswer}, if it is small
 *          worker -> stderr     the mark of that token
 *          worker -> stdout     {@link WorkerAnswer}, if it is not
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

  /** The letters PSIW. */
  private static final int MAGIC = 0x50534957;

  /** Raised with every change of a frame. */
  private static final int VERSION = 4;

  /** Largest frame that either side accepts, in bytes: an 8 MiB image and more. */
  static final int MAX_FRAME_BYTES = 16 * 1024 * 1024;

  private WorkerProtocol() {}

  /** Greets the client. */
  public static void writeHello(DataOutputStream out) throws IOException {
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.flush();
  }

  /**
   * Reads the worker's greeting.
   *
   * @throws IOException if it is not one, or speaks of another version
   */
  public static void readHello(DataInputStream in) throws IOException {
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new IOException("not a worker's greeting: " + Integer.toHexString(magic));
    }
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException("the worker speaks version " + version + ", not " + VERSION);
    }
  }

  /** The token as it stands in the worker's arguments: 16 hex digits. */
  public static String argument(long token) {
    return HexFormat.of().toHexDigits(token);
  }

  /** The token that {@code argument} stands for. */
  public static long token(String argument) {
    return HexFormat.fromHexDigitsToLong(argument);
  }

  /** What ends the worker's words about the request with this token on stderr. */
  public static byte[] mark(long token) {
    return ("\0end " + argument(token) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads the length of a frame, or of a part of one. */
  static int readLength(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new IOException("not a frame: its length is " + length + " bytes");
    }
    return length;
  }
}
