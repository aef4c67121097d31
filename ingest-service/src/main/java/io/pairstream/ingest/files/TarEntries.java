package io.pairstream.ingest.files;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A WebDataset shard: files that follow each other and are called the same up to the first dot of
 * their name are one entry (https://github.com/webdataset/webdataset#the-webdataset-format).
 *
 * <p>The first file with an image's ending is the image. Captions are the lines of {@code .txt},
 * {@code .caption} or {@code .captions}, each that is not blank; where there is none of these, the
 * caption fields of {@code .json}, whose other fields are annotations. Other files are passed over
 * unread, and so is what is no plain file: links, devices, folders. Names are only ever compared.
 * At a damage the reading ends, after the entry that it is in.
 */
final class TarEntries implements EntryReader {

  /** Largest file of text that is read, in bytes. */
  private static final int MAX_TEXT_BYTES = 1024 * 1024;

  /** Longest name, with what else an extended header says, in bytes. */
  private static final int MAX_NAME_BYTES = 64 * 1024;

  private static final Set<String> TEXTS = Set.of("txt", "caption", "captions", "json");

  private final SourceInput input;
  private final TarArchiveInputStream tar;
  private final ColumnNames columns;
  private final JsonFields json;
  private TarArchiveEntry member;
  private boolean atMember;
  private Optional<IOException> damage = Optional.empty();
  private long number;

  TarEntries(SourceInput input, ColumnNames columns) {
    this.input = input;
    this.tar = new BoundedNames(input.stream());
    this.columns = columns;
    this.json = new JsonFields(columns);
  }

  @Override
  public Optional<Entry> next() throws IOException {
    return next(true);
  }

  @Override
  public void skip(long last) throws IOException {
    while (number < last && next(false).isPresent()) {}
  }

  @Override
  public double share() {
    return input.share();
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  /**
   * @param read whether to read the files, or to pass over them
   */
  private Optional<Entry> next(boolean read) throws IOException {
    if (damage.isPresent()) {
      throw damage.get();
    }
    while (atMember || advance()) {
      atMember = false;
      if (isOfUse()) {
        number++;
        return Optional.of(entry(read));
      }
    }
    return Optional.empty();
  }

  /**
   * The entry that begins with the present member; stops at the first member that is not its, or at
   * a damage, which is told after the entry.
   */
  private Entry entry(boolean read) {
    String key = key(member.getName());
    Parts parts = new Parts(key);
    try {
      do {
        if (read && isOfUse()) {
          parts.add(extension(member.getName()));
        }
        if (!advance()) {
          return parts.entry(key);
        }
      } while (!isOfUse() || key(member.getName()).equals(key));
      atMember = true;
    } catch (IOException e) {
      damage = Optional.of(e);
    }
    return parts.entry(key);
  }

  /** Goes to the next member, and says whether there is one. */
  private boolean advance() throws IOException {
    try {
      member = tar.getNextEntry();
    } catch (RuntimeException | StackOverflowError e) {
      // Names of names of names, or numbers that make no sense.
      throw new IOException("the archive is damaged, or has headers without end", e);
    }
    if (member == null) {
      for (int left = input.stream().read(); left >= 0; left = input.stream().read()) {
        if (left != 0) {
          throw new IOException("something follows the archive's end");
        }
      }
      return false;
    }
    if (!member.isCheckSumOK() || member.isSparse()) {
      throw new IOException("the archive has no file where one should begin");
    }
    return true;
  }

  /** Whether the member is a plain file that is not hidden. */
  private boolean isOfUse() {
    byte type = member.getLinkFlag();
    return (type == TarConstants.LF_NORMAL
            || type == TarConstants.LF_OLDNORM
            || type == TarConstants.LF_CONTIG)
        && !member.getName().endsWith("/")
        && !isHidden(member.getName());
  }

  /** What comes before the first dot of the file's own name, with its folders. */
  private static String key(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static String extension(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /** Names such as {@code ._a.jpg}, which some systems add, and WebDataset's own {@code __x__}. */
  private static boolean isHidden(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    return file.startsWith(".") || (file.startsWith("__") && file.endsWith("__"));
  }

  /** The files of one key, as far as they are of use. */
  private final class Parts {
    private final Entry entry;
    private final Map<String, String> texts = new LinkedHashMap<>();
    private String imageExtension = "";

    Parts(String key) {
      entry = new Entry(number, key, columns);
    }

    void add(String extension) throws IOException {
      String last = extension.substring(extension.lastIndexOf('.') + 1);
      if (ImageFileType.mediaType("." + last).isPresent()) {
        if (imageExtension.isEmpty()) {
          imageExtension = extension;
          read(extension, RecordSizes.MAX_IMAGE, "an image")
              .ifPresent(bytes -> entry.image(ByteBuffer.wrap(bytes)));
        }
      } else if (TEXTS.contains(last)) {
        Optional<byte[]> text = read(extension, MAX_TEXT_BYTES, "captions");
        try {
          if (text.isPresent()) {
            texts.putIfAbsent(last, SourceInput.withoutMark(StrictUtf8.decode(text.get())));
          }
        } catch (CharacterCodingException e) {
          entry.problem("." + last + " is not UTF-8");
        }
      }
    }

    private Optional<byte[]> read(String extension, int limitBytes, String what)
        throws IOException {
      if (member.getSize() > limitBytes) {
        entry.problem(
            ".%s is too large: %s bytes; at most %s bytes (%s MiB) are taken for %s"
                .formatted(
                    extension, member.getSize(), limitBytes, limitBytes / (1024 * 1024), what));
        return Optional.empty();
      }
      try {
        return Optional.of(tar.readNBytes((int) member.getSize()));
      } catch (IOException | RuntimeException e) {
        entry.problem("." + extension + " cannot be read: " + e.getMessage());
        throw e;
      }
    }

    Entry entry(String key) {
      if (imageExtension.isEmpty()) {
        entry.problem("no image has this name (jpg, jpeg, png, webp, gif)");
      }
      entry.file(key + "." + imageExtension);
      texts.forEach(
          (extension, text) -> {
            if (extension.equals("json")) {
              Set<String> unused = json.read(text, entry, texts.size() == 1, ".json is ");
            } else {
              entry.captionLines(text);
            }
          });
      return entry.hasCaptions()
          ? entry
          : entry.problem(
              "no caption has this name (txt, caption, captions, or json with a caption in it)");
    }
  }

  /** Reads no name longer than {@link #MAX_NAME_BYTES}, whatever a header states. */
  private static final class BoundedNames extends TarArchiveInputStream {

    BoundedNames(InputStream input) {
      super(input, "UTF-8");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      TarArchiveEntry entry = getCurrentEntry();
      if ((entry.isGNULongNameEntry()
              || entry.isGNULongLinkEntry()
              || entry.isPaxHeader()
              || entry.isGlobalPaxHeader())
          && entry.getSize() > MAX_NAME_BYTES) {
        throw new IOException(
            "a header of %s bytes; names of at most %s are read"
                .formatted(entry.getSize(), MAX_NAME_BYTES));
      }
      return super.read(into, offset, length);
    }
  }
}
