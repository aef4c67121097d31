package io.pairstream.ingest.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.storage.parquet.ParquetFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Pairs and links out of a data set, in a fixed order, one at a time.
 *
 * <p>A folder with a list such as {@code captions.jsonl} or {@code metadata.csv} is read by that
 * list; any other folder by the captions beside its images. The kind of a file is what its name
 * tells, where the owner does not say. Text and tar may be compressed with gzip or zstd, whatever
 * their names.
 *
 * <p>{@link #hasNext} and {@link #next} read; they throw {@link UncheckedIOException}, whose
 * message says where, once the source cannot be read on. For one thread.
 */
public final class PairSource implements Iterator<SourceItem>, AutoCloseable {

  private static final int FIRST_LINE_BYTES = 4096;

  private static final String NO_ROW = " has no row";

  /** Most images outside a list that are named in a notice. */
  private static final int MOST_NAMED = 3;

  /** A first line in which Excel says what stands between cells. */
  static final Pattern SEPARATOR = Pattern.compile("(?i)\"?sep=([,;|\t])\"?");

  private final String name;
  private final SourceEntry.Input input;
  private final SourceEntry.Reader entries;
  private final ImageFiles images;
  private final SourceOptions options;
  private final Notices notices;
  private final Queue<SourceItem> ready = new ArrayDeque<>();
  private final Map<String, Long> uses = new LinkedHashMap<>();
  private long entry;

  /** Releases the source's file. */
  private Closeable held = () -> {};

  /** Whether earlier entries were skipped, so that the images they name are not known. */
  private boolean isResumed;

  /** The source cannot be read on; the message says where. */
  static final class BrokenException extends UncheckedIOException {

    private static final long serialVersionUID = 1L;

    private BrokenException(String message, IOException cause) {
      super(message, cause);
    }
  }

  /**
   * @param name name of the data set in messages; empty where its entries have their own
   * @param images files that entries name
   */
  private PairSource(
      String name,
      SourceEntry.Input input,
      SourceEntry.Reader entries,
      ImageFiles images,
      SourceOptions options,
      Notices notices) {
    this.name = name;
    this.input = input;
    this.entries = entries;
    this.images = images;
    this.options = options;
    this.notices = notices;
  }

  /** The error of an import whose only source has no row. */
  static UnusableSourceException nothingIn(ImportState.Source source) {
    return new UnusableSourceException(source.name() + NO_ROW + ": nothing is to import");
  }

  /**
   * The pairs of a source, which is fetched from its bucket where it is in one.
   *
   * @throws UnusableSourceException where there can be none
   */
  public static PairSource open(ImportState.Source source, SourceOptions options, Notices notices) {
    Closeable held = source.hold();
    PairSource opened = null;
    try {
      opened = open(source.path(), options, notices);
      opened.held = held;
      return opened;
    } finally {
      if (opened == null) {
        release(held);
      }
    }
  }

  /** The pairs of a file or a folder, without notices on how it is read. */
  public static PairSource open(Path path, SourceOptions options) {
    return open(path, options, new Notices(sentence -> {}));
  }

  /**
   * The pairs of a file or a folder of this machine.
   *
   * @throws UnusableSourceException where there can be none
   */
  public static PairSource open(Path path, SourceOptions options, Notices notices) {
    if (!Files.exists(path)) {
      throw new UnusableSourceException(path + " does not exist");
    }
    try {
      if (!Files.isDirectory(path)) {
        return openFile(path, options, notices);
      }
      Optional<Path> list = FolderContents.list(path);
      ImageFiles images = new ImageFiles(path, options.followLinks());
      if (list.isPresent()) {
        images.requireInside(list.get());
        return openFile(list.get(), options, notices);
      }
      ImageFiles.FolderEntries folder =
          new ImageFiles.FolderEntries(path, images, options.captionLines(), notices);
      return new PairSource("", folder, folder, images, options, notices);
    } catch (IOException | UncheckedIOException e) {
      throw new UnusableSourceException(path + " cannot be read: " + RootCause.message(e));
    }
  }

  private static PairSource openFile(Path file, SourceOptions options, Notices notices)
      throws IOException {
    SourceInput.requireFile(file, true);
    SourceOptions.Format format = format(file, options);
    String name = file.getFileName().toString();
    ImageFiles images =
        new ImageFiles(
            options.imageFolder().orElse(file.toAbsolutePath().getParent()), options.followLinks());
    ColumnNames columns = options.columns();
    boolean isJson = format == SourceOptions.Format.JSON || format == SourceOptions.Format.COCO;
    if (format == SourceOptions.Format.PARQUET || isJson) {
      SourceInput.requireFile(file, false);
    }
    if (format == SourceOptions.Format.PARQUET) {
      ParquetEntries parquet = ParquetEntries.open(ParquetFile.open(file), columns);
      return new PairSource(name, parquet, parquet, images, options, notices);
    }
    boolean isCoco = isJson && !isArray(file);
    if (format == SourceOptions.Format.COCO && !isCoco) {
      throw new UnusableSourceException(
          file + " is an array of JSON, not COCO's object; its format is json");
    }
    if (options.instances().isPresent() && !isCoco) {
      throw new UnusableSourceException(
          "--instances goes with COCO's captions, which %s is not".formatted(file));
    }
    if (isCoco) {
      CocoEntries coco = new CocoEntries(file, CocoInstances.of(options), notices);
      return new PairSource(name, coco, coco, images, options, notices);
    }
    SourceInput input = new SourceInput(file);
    try {
      ByteBuffer first = ByteBuffer.wrap(SourceInput.peek(input.stream(), Short.BYTES));
      if (!first.hasRemaining() && input.stream().read() < 0) {
        throw new UnusableSourceException(file + " is empty");
      }
      if (format != SourceOptions.Format.WEBDATASET && SourceInput.isUtf16(first)) {
        throw new UnusableSourceException(
            "%s is UTF-16; write it as UTF-8, as by: iconv -f UTF-16 -t UTF-8".formatted(file));
      }
      SourceEntry.Reader entries =
          switch (format) {
            case CSV, TSV, TSV_QUOTED -> delimited(input, format, columns, images);
            case WEBDATASET -> new TarEntries(input, columns, options.captionLines());
            default -> new JsonEntries(input, columns);
          };
      return new PairSource(name, input, entries, images, options, notices);
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  private static SourceOptions.Format format(Path file, SourceOptions options) {
    SourceOptions.Format format =
        options
            .format()
            .or(() -> SourceOptions.Format.of(file))
            .orElseThrow(
                () ->
                    new UnusableSourceException(
                        FolderContents.advice(file)
                            .orElse(
                                "the name of %s does not tell what it is; say so: --format %s"
                                    .formatted(file, SourceOptions.Format.words()))));
    if (format == SourceOptions.Format.FOLDER) {
      throw new UnusableSourceException(file + " is no folder");
    }
    return format;
  }

  /** Whether a file of JSON holds an array, as a list of pairs does. */
  private static boolean isArray(Path file) throws IOException {
    try (SourceInput input = new SourceInput(file)) {
      return JsonEntries.isArray(input.stream());
    }
  }

  /**
   * Cells with commas between them; or, where the first line has none, with semicolons, as
   * spreadsheets write them where the comma is the decimal point, or Flickr30k's bars, which know
   * no quotes; or with what a first line {@code sep=;} says. Text with tabs is quoted where its
   * owner says so, or all of its first line is.
   */
  private static DelimitedLines delimited(
      SourceInput input, SourceOptions.Format format, ColumnNames columns, ImageFiles images)
      throws IOException {
    String line = beginning(input.stream()).lines().findFirst().orElse("");
    Matcher said = SEPARATOR.matcher(line);
    if (format == SourceOptions.Format.CSV && said.matches()) {
      return new DelimitedLines(input, said.group(1).charAt(0), true, columns, images);
    }
    char delimiter =
        format != SourceOptions.Format.CSV
            ? '\t'
            : Stream.of(',', ';', '|').filter(c -> line.indexOf(c) >= 0).findFirst().orElse(',');
    boolean isQuoted =
        format == SourceOptions.Format.TSV
            ? line.matches("\"[^\"\t]*\"(\t\"[^\"\t]*\")+")
            : delimiter != '|';
    return new DelimitedLines(input, delimiter, isQuoted, columns, images);
  }

  /** The first bytes of a list, a character for each; leaves the stream as it is. */
  static String beginning(InputStream list) throws IOException {
    return new String(SourceInput.peek(list, FIRST_LINE_BYTES), StandardCharsets.ISO_8859_1);
  }

  /**
   * Passes over all entries up to this one, without reading their images where that can be helped,
   * or to the end. To be called before anything is read.
   *
   * @param last number of the last entry to pass over; see {@link SourceItem#entry}
   */
  public void skip(long last) {
    try {
      isResumed = true;
      entries.skip(last);
      while (entry <= last && read(last)) {}
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** How much of the source is read, from 0 to 1; what the estimate of the time left rests on. */
  public double share() {
    return input.share();
  }

  /**
   * The columns and fields that were read so far, each with what it is taken for, as in {@code
   * title as caption}, and how many entries have it.
   */
  public Map<String, Long> uses() {
    return Collections.unmodifiableMap(uses);
  }

  @Override
  public boolean hasNext() {
    try {
      while (ready.isEmpty() && read(0)) {}
      return !ready.isEmpty();
    } catch (IOException e) {
      throw unreadable(e);
    } catch (UncheckedIOException e) {
      throw unreadable(new IOException(e.getMessage() + ": " + RootCause.message(e), e));
    }
  }

  @Override
  public SourceItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  @Override
  public void close() {
    release(input);
    release(held);
  }

  private static void release(Closeable file) {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads an entry, and queues its items if its number is above {@code last}.
   *
   * @return false at the end
   */
  private boolean read(long last) throws IOException {
    Optional<SourceEntry> next = entries.next();
    if (next.isEmpty() && entry == 0 && !name.isEmpty()) {
      notices.once(name, name + NO_ROW);
    } else if (next.isEmpty() && !isResumed && FolderContents.isList(name)) {
      List<String> left = images.notAsked();
      if (!left.isEmpty()) {
        notices.once(
            name + " images",
            "%,d %s beside %s and in none of its pairs: %s%s"
                .formatted(
                    left.size(),
                    left.size() == 1 ? "image is" : "images are",
                    name,
                    String.join(", ", left.subList(0, Math.min(MOST_NAMED, left.size()))),
                    left.size() > MOST_NAMED ? ", …" : ""));
      }
    }
    if (next.isPresent()) {
      entry = next.get().number();
      if (entry > last) {
        ready.addAll(next.get().items(name, images, options));
        next.get().uses().forEach(use -> uses.merge(use, 1L, Long::sum));
        String prefix = name.isEmpty() ? "" : name + ": ";
        next.get().notices().forEach((kind, sentence) -> notices.once(kind, prefix + sentence));
      }
    }
    return next.isPresent();
  }

  private BrokenException unreadable(IOException e) {
    return new BrokenException(
        "%s cannot be read on after entry %s: %s"
            .formatted(
                name.isEmpty() ? "the folder" : name,
                entry,
                e instanceof JsonProcessingException json
                    ? JsonFields.notJson(json)
                    : e.getMessage()),
        e);
  }
}
