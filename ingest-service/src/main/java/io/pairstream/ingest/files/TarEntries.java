package io.pairstream.ingest.files;

import io.pairstream.ingest.files.JsonFields.WrongFieldException;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.StrictUtf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A WebDataset shard: files that follow each other and are called the same up to the first dot of
 * their name are one entry (https://github.com/webdataset/webdataset#the-webdataset-format).
 *
 * <p>The first file with an image's ending is the image. Captions are the lines of {@code .txt},
 * {@code .caption} or {@code .captions}, each that is not blank; where there is none of these, the
 * caption fields of {@code .json}, whose other fields are annotations. Other files are passed over
 * unread, and so is what is no plain file: links, devices, folders. Names are only ever compared.
 */
final class TarEntries implements EntryReader {

  /** Largest file of text that is read, in bytes. */
  private static final int MAX_TEXT_BYTES = 1024 * 1024;

  private final SourceInput input;
  private final TarMembers members;
  private final ColumnNames columns;
  private final JsonFields json;
  private boolean atMember;
  private long number;

  TarEntries(SourceInput input, ColumnNames columns) {
    this.input = input;
    this.members = new TarMembers(input.stream());
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
    while (atMember || members.next()) {
      atMember = false;
      Optional<String> damage = members.damage();
      if (damage.isPresent()) {
        number++;
        return Optional.of(
            new Entry.Unreadable(number, "byte " + members.position(), damage.get()));
      }
      if (members.isFile() && !isHidden(members.name())) {
        number++;
        return Optional.of(entry(read));
      }
    }
    return Optional.empty();
  }

  /** The entry that begins with the present member; stops at the first member that is not its. */
  private Entry entry(boolean read) throws IOException {
    String key = key(members.name());
    Parts parts = new Parts();
    do {
      if (read && members.isFile() && !isHidden(members.name())) {
        parts.add(extension(members.name()));
      }
      if (!members.next()) {
        return parts.entry(key);
      }
    } while (members.damage().isEmpty()
        && (!members.isFile() || isHidden(members.name()) || key(members.name()).equals(key)));
    atMember = true;
    return parts.entry(key);
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

    private final Map<String, byte[]> texts = new LinkedHashMap<>();
    private Optional<ByteBuffer> image = Optional.empty();
    private String imageExtension = "";
    private String problem = "";

    void add(String extension) throws IOException {
      String last = extension.substring(extension.lastIndexOf('.') + 1);
      if (ImageFileType.mediaType("." + last).isPresent()) {
        if (imageExtension.isEmpty()) {
          imageExtension = extension;
          image = read(extension, RecordSizes.MAX_IMAGE, " an image").map(ByteBuffer::wrap);
        }
      } else {
        switch (last) {
          case "txt", "caption", "captions", "json" -> {
            Optional<byte[]> text = read(extension, MAX_TEXT_BYTES, " captions");
            if (text.isPresent()) {
              texts.putIfAbsent(last, text.get());
            }
          }
          default -> {}
        }
      }
    }

    private Optional<byte[]> read(String extension, int limitBytes, String what)
        throws IOException {
      if (members.size() > limitBytes) {
        wrong(
            "."
                + extension
                + " is too large: "
                + members.size()
                + " bytes; at most "
                + limitBytes
                + " bytes ("
                + limitBytes / (1024 * 1024)
                + " MiB) are taken for"
                + what);
        return Optional.empty();
      }
      Optional<byte[]> content = members.content();
      if (content.isEmpty()) {
        wrong("the archive ends within ." + extension);
      }
      return content;
    }

    private void wrong(String message) {
      problem = problem.isEmpty() ? message : problem;
    }

    Entry entry(String key) {
      if (image.isEmpty() && imageExtension.isEmpty()) {
        wrong("no image has this name (jpg, jpeg, png, webp, gif)");
      }
      EntryBuilder entry = new EntryBuilder(number, key, columns);
      image.ifPresent(entry::image);
      entry.file(key + "." + imageExtension);
      for (Map.Entry<String, byte[]> text : texts.entrySet()) {
        add(text.getKey(), text.getValue(), entry);
      }
      if (problem.isEmpty() && !entry.hasCaptions()) {
        wrong("no caption has this name (txt, caption, captions, or json with a caption in it)");
      }
      return problem.isEmpty() ? entry.build() : new Entry.Unreadable(number, key, problem);
    }

    private void add(String extension, byte[] bytes, EntryBuilder entry) {
      String text;
      try {
        text = ByteOrderMark.removedFrom(StrictUtf8.decode(bytes));
      } catch (CharacterCodingException e) {
        wrong("." + extension + " is not UTF-8");
        return;
      }
      if (!extension.equals("json")) {
        text.lines().filter(line -> !line.isBlank()).forEach(entry::caption);
        return;
      }
      try {
        var unused = json.read(text, entry, texts.size() == 1);
      } catch (WrongFieldException e) {
        wrong(".json is " + e.getMessage());
      }
    }
  }
}
