package io.pairstream.ingest.files;

import io.pairstream.schemas.topics.RecordSizes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
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
 * <p>The first file with an image's ending is the image. {@code .txt} and {@code .caption} are a
 * caption each, {@code .captions} has one on each line; where there is none of these, captions are
 * the caption fields of {@code .json}, whose other fields are labels and annotations. {@code .cls}
 * is a label, a number or a text. Other files are passed over unread, and so is what is no plain
 * file: links, devices, folders. Names are only ever compared. At a damage the reading ends, after
 * the entry that it is in.
 */
final class TarEntries implements SourceEntry.Reader {

  private static final int MAX_TEXT_BYTES = 1024 * 1024;

  /** Longest name, including the other data of an extended header, in bytes. */
  private static final int MAX_NAME_BYTES = 64 * 1024;

  private static final Set<Byte> PLAIN_FILES =
      Set.of(TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG);

  private final InputStream input;
  private final Archive tar;
  private final ColumnNames columns;
  private final boolean asLines;

  /** First file of the next entry; null at the end. */
  private TarArchiveEntry member;

  /** SourceEntry with the further images of the last one; null for none. */
  private SourceEntry others;

  /** Fault that ends the reading, after the entry that it is in; null without one. */
  private IOException damage;

  private boolean begun;
  private long number;

  /**
   * @param asLines whether each line of a text is a caption
   */
  TarEntries(SourceInput input, ColumnNames columns, boolean asLines) {
    this.asLines = asLines;
    this.input = input.stream();
    this.tar = new Archive(input.stream());
    this.columns = columns;
  }

  /** The next entry; damage that ends it is reported after it. */
  @Override
  public Optional<SourceEntry> next() throws IOException {
    if (others != null) {
      SourceEntry next = others;
      others = null;
      return Optional.of(next);
    }
    if (damage != null) {
      throw damage;
    }
    if (!begun) {
      begun = true;
      advance();
    }
    if (member == null) {
      return Optional.empty();
    }
    number++;
    String key = key(member.getName());
    Parts parts = new Parts(key);
    try {
      do {
        parts.add(extension(member.getName()));
        advance();
      } while (member != null && key(member.getName()).equals(key));
    } catch (IOException e) {
      damage = e;
    }
    if (parts.images > 1) {
      others =
          new SourceEntry(number, key, columns)
              .problem(
                  "several images have this name up to the first dot; the first is used",
                  parts.images - 1);
    }
    return Optional.of(parts.entry(key));
  }

  /** Goes to the next plain file that is not hidden, or to the archive's end. */
  private void advance() throws IOException {
    do {
      try {
        member = tar.getNextEntry();
      } catch (RuntimeException | StackOverflowError e) {
        // Names of names of names, or numbers that make no sense.
        throw new IOException("the archive is damaged, or has headers without end", e);
      }
      if (member == null) {
        if (!tar.hasEnd) {
          throw new IOException(
              "it has no mark of a tar archive's end: it was cut there, or is none");
        }
        for (int left = input.read(); left >= 0; left = input.read()) {
          if (left != 0) {
            throw new IOException("something follows the archive's end");
          }
        }
      } else if (!member.isCheckSumOK() || member.isSparse()) {
        throw new IOException("the archive has no file where one should begin");
      }
    } while (member != null && !isOfUse(member));
  }

  /**
   * Whether a member is a plain file that is not hidden, as {@code ._a.jpg} is, which some systems
   * add, and WebDataset's own {@code __x__}, or what lies in a folder of that form.
   */
  private static boolean isOfUse(TarArchiveEntry member) {
    String name = member.getName();
    String file = name.substring(name.lastIndexOf('/') + 1);
    return PLAIN_FILES.contains(member.getLinkFlag())
        && !file.isEmpty()
        && !file.startsWith(".")
        && !name.matches("(.*/)?__[^/]*__(/.*)?");
  }

  /** Name up to the first dot of the file's own name, with its folders. */
  private static String key(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static String extension(String name) {
    String behind = name.substring(key(name).length());
    return behind.isEmpty() ? "" : behind.substring(1).toLowerCase(Locale.ROOT);
  }

  private final class Parts {
    private final SourceEntry entry;
    private final Map<String, String> texts = new LinkedHashMap<>();
    private String label = "";
    private String imageExtension = "";
    private int images;
    private String withoutImage = "no image has this name (jpg, jpeg, png, webp, gif)";

    Parts(String key) {
      entry = new SourceEntry(number, key, columns);
    }

    void add(String extension) throws IOException {
      String last = extension.substring(extension.lastIndexOf('.') + 1);
      if (ImageFiles.mediaType("." + last).isPresent()) {
        images++;
        if (imageExtension.isEmpty()) {
          imageExtension = extension;
          read(extension, RecordSizes.MAX_IMAGE, "an image").ifPresent(entry::image);
        }
      } else if (last.equals("cls")) {
        read(extension, MAX_TEXT_BYTES, "labels")
            .flatMap(bytes -> entry.text(bytes, ".cls"))
            .ifPresent(text -> label = text);
      } else if (NearNames.TEXTS.contains(last)) {
        read(extension, MAX_TEXT_BYTES, "captions")
            .flatMap(bytes -> entry.text(bytes, "." + last))
            .ifPresent(text -> texts.putIfAbsent(last, SourceInput.withoutMark(text)));
      } else {
        withoutImage = SkippedFiles.refusal("." + last).orElse(withoutImage);
      }
    }

    private Optional<ByteBuffer> read(String extension, int limitBytes, String what)
        throws IOException {
      if (member.getSize() > limitBytes) {
        entry.problem(
            ".%s is too large: %s bytes; at most %s bytes (%s MiB) are taken for %s"
                .formatted(
                    extension, member.getSize(), limitBytes, limitBytes / (1024 * 1024), what));
        return Optional.empty();
      }
      try {
        return Optional.of(ByteBuffer.wrap(tar.readNBytes((int) member.getSize())));
      } catch (IOException | RuntimeException e) {
        entry.problem("." + extension + " cannot be read: " + e.getMessage());
        throw e;
      }
    }

    SourceEntry entry(String key) {
      if (imageExtension.isEmpty()) {
        entry.problem(withoutImage);
      }
      entry.file(key + "." + imageExtension).field("cls", SourceInput.withoutMark(label).strip());
      texts.forEach(
          (extension, text) -> {
            if (extension.equals("json")) {
              JsonFields.read(entry, text, texts.size() == 1, ".json is ");
            } else {
              entry.captionText("." + extension, text, asLines || extension.equals("captions"));
            }
          });
      return entry.hasCaptions()
          ? entry
          : entry.problem(
              "no caption has this name (txt, caption, captions, or json with a caption in it)");
    }
  }

  /** Reads no name longer than {@link #MAX_NAME_BYTES}, whatever a header states. */
  private static final class Archive extends TarArchiveInputStream {

    /** Whether a block of zeros was read, with which each archive ends. */
    private boolean hasEnd;

    Archive(InputStream input) {
      super(input, "UTF-8");
    }

    @Override
    protected boolean isEOFRecord(byte[] block) {
      boolean isEnd = super.isEOFRecord(block);
      hasEnd |= isEnd && block != null;
      return isEnd;
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
