package io.pairstream.ingest.files;

import io.pairstream.ingest.parquet.ParquetFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens what a path leads to.
 *
 * <p>A folder with a list such as {@code captions.jsonl} or {@code metadata.csv} is read by that
 * list; any other folder by the captions beside its images. The kind of a file is what its name
 * tells, where the owner does not say. Text and tar may be compressed with gzip or zstd, whatever
 * their names.
 */
public final class PairSources {

  static final List<String> LISTS =
      List.of("captions.jsonl", "captions.csv", "captions.tsv", "metadata.jsonl", "metadata.csv");

  private final SourceOptions options;

  public PairSources(SourceOptions options) {
    this.options = options;
  }

  /**
   * The pairs of a file or a folder of this machine.
   *
   * @throws UnusableSourceException where there can be none
   */
  public PairSource open(Path path) {
    if (!Files.exists(path)) {
      throw new UnusableSourceException(path + " does not exist");
    }
    try {
      return Files.isDirectory(path) ? openFolder(path) : openFile(path, List.of());
    } catch (IOException | UncheckedIOException e) {
      throw new UnusableSourceException(path + " cannot be read: " + e.getMessage());
    }
  }

  private PairSource openFolder(Path folder) throws IOException {
    List<String> lists =
        LISTS.stream().filter(name -> Files.isRegularFile(folder.resolve(name))).toList();
    if (!lists.isEmpty()) {
      return openFile(folder.resolve(lists.get(0)), notices(folder, lists));
    }
    FolderSurvey survey = FolderSurvey.of(folder);
    if (survey.images() == 0) {
      throw new UnusableSourceException(
          "%s holds no images (jpg, jpeg, png, webp, gif) and no caption list (%s)%s"
              .formatted(
                  folder,
                  String.join(", ", LISTS),
                  survey.unsupportedInWords().map(words -> "; there are " + words).orElse("")));
    }
    if (survey.captioned() == 0 && !survey.lists().isEmpty()) {
      throw new UnusableSourceException(
          "%s holds images without captions beside them, and %s, which is read when you name it: import %s"
              .formatted(
                  folder,
                  String.join(", ", survey.lists()),
                  folder.resolve(survey.lists().get(0))));
    }
    return new ListedPairs(
        "",
        new FolderEntries(folder, survey.images()),
        new ImageFiles(folder),
        options.defaults(),
        false,
        survey.notices());
  }

  private PairSource openFile(Path file, List<String> notices) throws IOException {
    SourceFormat format =
        options
            .format()
            .or(() -> SourceFormat.of(file))
            .orElseThrow(
                () ->
                    new UnusableSourceException(
                        "the name of %s does not tell what it is; say so: --format %s"
                            .formatted(file, SourceFormat.words())));
    Path ownFolder = file.toAbsolutePath().getParent();
    return new ListedPairs(
        file.getFileName().toString(),
        entries(file, format),
        new ImageFiles(options.imageFolder().orElse(ownFolder)),
        options.defaults(),
        options.asLinks(),
        notices);
  }

  private EntryReader entries(Path file, SourceFormat format) throws IOException {
    ColumnNames columns = options.columns();
    if (format == SourceFormat.FOLDER) {
      throw new UnusableSourceException(file + " is no folder");
    }
    if (format == SourceFormat.PARQUET) {
      return ParquetEntries.open(ParquetFile.open(file), columns);
    }
    if (format == SourceFormat.COCO) {
      return CocoEntries.open(file);
    }
    SourceInput input = SourceInput.of(file);
    try {
      if (format != SourceFormat.WEBDATASET) {
        refuseUtf16(file, input.stream());
      }
      return switch (format) {
        case CSV -> commas(input, columns);
        case TSV -> new DelimitedLines(input, '\t', columns);
        case WEBDATASET -> new TarEntries(input, columns);
        default -> new LineEntries(input, columns);
      };
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /** No text that we read has a NUL, which every ASCII character brings in UTF-16. */
  private static void refuseUtf16(Path file, InputStream text) throws IOException {
    int enough = 64;
    text.mark(enough);
    byte[] start = text.readNBytes(enough);
    text.reset();
    for (byte each : start) {
      if (each == 0) {
        throw new UnusableSourceException(
            file + " looks like UTF-16; save it as UTF-8, and import it again");
      }
    }
  }

  /**
   * Cells between commas; or, where the first line has none, between semicolons, as spreadsheets
   * write them where the comma is the decimal point.
   */
  private static EntryReader commas(SourceInput input, ColumnNames columns) throws IOException {
    int enough = 4096;
    InputStream list = input.stream();
    list.mark(enough);
    String start = new String(list.readNBytes(enough), StandardCharsets.ISO_8859_1);
    list.reset();
    String line = start.lines().findFirst().orElse("");
    boolean hasSemicolons = line.indexOf(',') < 0 && line.indexOf(';') >= 0;
    return new DelimitedLines(input, hasSemicolons ? ';' : ',', columns);
  }

  private static List<String> notices(Path folder, List<String> lists) throws IOException {
    List<String> notices = new ArrayList<>();
    String first = lists.get(0);
    for (String other : lists.subList(1, lists.size())) {
      notices.add("captions are taken from " + first + "; " + other + " is left aside");
    }
    if (FolderSurvey.of(folder).captioned() > 0) {
      notices.add(
          "captions are taken from " + first + "; the .txt files beside images are left aside");
    }
    return notices;
  }
}
