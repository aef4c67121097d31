package io.pairstream.ingest.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/**
 * The members of a tar of anybody's, one after the other, from a stream.
 *
 * <p>Headers are read by Commons Compress; its own walk through an archive is not taken, because it
 * keeps names of any length, follows names of names without end and stops at the first damage. Here
 * a header that is none is a damage with its place, after which the next good header is looked for.
 * For one thread.
 */
final class TarMembers {

  private static final int BLOCK_BYTES = TarConstants.DEFAULT_RCDSIZE;

  /** Longest name, with what else an extended header says, in bytes. */
  private static final int MAX_NAME_BYTES = 64 * 1024;

  private static final byte[] MAGIC = "ustar".getBytes(StandardCharsets.US_ASCII);
  private static final ZipEncoding UTF_8 = ZipEncodingHelper.getZipEncoding("UTF-8");

  private final InputStream input;
  private long read;
  private byte[] found = new byte[0];

  private long position;
  private String name = "";
  private byte type;
  private long size;
  private long left;
  private Optional<String> damage = Optional.empty();

  /**
   * @param input the archive, not compressed
   */
  TarMembers(InputStream input) {
    this.input = input;
  }

  /** Goes to the next member, or to the next damage, and says whether there is either. */
  boolean next() throws IOException {
    damage = Optional.empty();
    if (!skip(left)) {
      left = 0;
      return damaged("the archive ends within " + name + "; what followed is missing");
    }
    left = 0;
    Optional<String> longName = Optional.empty();
    OptionalLong longSize = OptionalLong.empty();
    while (true) {
      position = read - found.length;
      byte[] header = header();
      if (header.length == 0) {
        return false;
      }
      if (header.length < BLOCK_BYTES) {
        return damaged("the archive ends within a header");
      }
      if (isZero(header)) {
        continue;
      }
      if (!isHeader(header)) {
        return lookForHeader();
      }
      type = header[156];
      size = TarUtils.parseOctalOrBinary(header, 124, TarConstants.SIZELEN);
      if (size < 0) {
        return lookForHeader();
      }
      boolean extended =
          type == TarConstants.LF_GNUTYPE_LONGNAME
              || type == TarConstants.LF_PAX_EXTENDED_HEADER_LC
              || type == TarConstants.LF_PAX_EXTENDED_HEADER_UC;
      if (!extended) {
        name = longName.orElse(shortName(header));
        size = longSize.orElse(size);
        left = hasContent() ? padded(size) : 0;
        return true;
      }
      if (size > MAX_NAME_BYTES) {
        name = "a header";
        left = padded(size);
        return damaged(
            "a header of " + size + " bytes; names of at most " + MAX_NAME_BYTES + " are read");
      }
      byte[] content = input.readNBytes((int) padded(size));
      read += content.length;
      if (content.length < padded(size)) {
        return damaged("the archive ends within a header");
      }
      byte[] used = Arrays.copyOf(content, (int) size);
      if (type == TarConstants.LF_GNUTYPE_LONGNAME) {
        longName =
            Optional.of(TarUtils.parseName(used, 0, used.length, UTF_8))
                .filter(path -> !path.isEmpty());
      } else {
        longName = extended(used, "path").filter(path -> !path.isEmpty());
        longSize = number(extended(used, "size"));
      }
    }
  }

  /** What is wrong at this place, where no member begins. */
  Optional<String> damage() {
    return damage;
  }

  /** Where the member or the damage begins, in bytes from the start. */
  long position() {
    return position;
  }

  /** The member's name, as it stands there: no path of this machine. */
  String name() {
    return name;
  }

  /** Whether the member is a plain file: no link, folder or device. */
  boolean isFile() {
    return damage.isEmpty()
        && (type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM || type == '7')
        && !name.endsWith("/");
  }

  /** Size of the member's content in bytes. */
  long size() {
    return size;
  }

  /**
   * The member's content, or nothing where the archive ends within it. To be called once, and only
   * for a size that fits in memory.
   */
  Optional<byte[]> content() throws IOException {
    byte[] content = input.readNBytes(Math.toIntExact(size));
    read += content.length;
    if (content.length < size) {
      left = 0;
      return Optional.empty();
    }
    left -= content.length;
    return Optional.of(content);
  }

  private boolean damaged(String message) {
    damage = Optional.of(message);
    return true;
  }

  private boolean hasContent() {
    return type < TarConstants.LF_LINK || type > TarConstants.LF_FIFO;
  }

  private byte[] header() throws IOException {
    if (found.length > 0) {
      byte[] header = found;
      found = new byte[0];
      return header;
    }
    byte[] header = input.readNBytes(BLOCK_BYTES);
    read += header.length;
    return header;
  }

  private boolean lookForHeader() throws IOException {
    long from = position;
    while (true) {
      byte[] block = input.readNBytes(BLOCK_BYTES);
      read += block.length;
      if (block.length < BLOCK_BYTES) {
        return damaged("no file begins where one should, and none after it");
      }
      if (isHeader(block) && Arrays.equals(MAGIC, Arrays.copyOfRange(block, 257, 262))) {
        found = block;
        return damaged(
            "no file begins where one should; "
                + (read - BLOCK_BYTES - from)
                + " bytes were passed over to the next one");
      }
    }
  }

  private boolean skip(long bytes) throws IOException {
    try {
      input.skipNBytes(bytes);
      read += bytes;
      return true;
    } catch (EOFException e) {
      return false;
    }
  }

  private static boolean isHeader(byte[] block) {
    try {
      return TarUtils.verifyCheckSum(block)
          && TarUtils.parseOctalOrBinary(block, 124, TarConstants.SIZELEN) >= 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isZero(byte[] block) {
    for (byte value : block) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  private static String shortName(byte[] header) throws IOException {
    String file = TarUtils.parseName(header, 0, TarConstants.NAMELEN, UTF_8);
    // Old GNU tar has other things where POSIX has the folders; its magic ends with spaces.
    boolean isPosix =
        Arrays.equals(MAGIC, Arrays.copyOfRange(header, 257, 262)) && header[262] == 0;
    String folders = isPosix ? TarUtils.parseName(header, 345, TarConstants.PREFIXLEN, UTF_8) : "";
    return folders.isEmpty() ? file : folders + "/" + file;
  }

  /**
   * A value of an extended header, whose lines are {@code LENGTH KEY=VALUE}
   * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html).
   */
  private static Optional<String> extended(byte[] header, String key) {
    String text = new String(header, StandardCharsets.UTF_8);
    for (String line : text.split("\n", -1)) {
      int space = line.indexOf(' ');
      if (space > 0 && line.startsWith(key + "=", space + 1)) {
        return Optional.of(line.substring(space + 2 + key.length()));
      }
    }
    return Optional.empty();
  }

  private static OptionalLong number(Optional<String> text) {
    return text.isPresent() && text.get().matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(text.get()))
        : OptionalLong.empty();
  }

  private static long padded(long bytes) {
    return bytes % BLOCK_BYTES == 0 ? bytes : bytes + BLOCK_BYTES - bytes % BLOCK_BYTES;
  }
}
