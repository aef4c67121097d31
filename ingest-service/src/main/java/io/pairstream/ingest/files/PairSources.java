package io.pairstream.ingest.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    FolderSurvey survey = FolderSurvey.of(folder);
    List<String> lists =
        LISTS.stream().filter(name -> Files.isRegularFile(folder.resolve(name))).toList();
    if (!lists.isEmpty()) {
      return openFile(folder.resolve(lists.get(0)), survey.noticesBeside(lists));
    }
    if (survey.images() == 0) {
      throw new UnusableSourceException(
          "%s holds no images (jpg, jpeg, png, webp, gif) and no caption list (%s)%s"
              .formatted(
                  folder, String.join(", ", LISTS), survey.unsupportedInWords("; there are ")));
    }
    if (survey.captioned() == 0 && !survey.lists().isEmpty()) {
      throw new UnusableSourceException(
          "%s holds images without captions beside them, and %s, which is read when you name it: import %s"
              .formatted(
                  folder,
                  String.join(", ", survey.lists()),
                  folder.resolve(survey.lists().get(0))));
    }
    return new PairSource(
        "",
        new FolderEntries(folder, survey.images()),
        new ImageFiles(folder),
        options,
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
    return new PairSource(
        file.getFileName().toString(),
        entries(file, format),
        new ImageFiles(options.imageFolder().orElse(file.toAbsolutePath().getParent())),
        options,
        notices);
  }

  private EntryReader entries(Path file, SourceFormat format) throws IOException {
    if (format == SourceFormat.FOLDER) {
      throw new UnusableSourceException(file + " is no folder");
    }
    if (format == SourceFormat.PARQUET) {
      return ParquetEntries.open(ParquetFile.open(file), options.columns());
    }
    SourceInput input = new SourceInput(file);
    try {
      return switch (format) {
        case CSV -> new DelimitedLines(input, delimiter(input.stream()), options.columns());
        case TSV -> new DelimitedLines(input, '\t', options.columns());
        case WEBDATASET -> new TarEntries(input, options.columns());
        case COCO -> new CocoEntries(input, file);
        default -> new LineEntries(input, options.columns());
      };
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /**
   * A comma; or, where the first line has none, a semicolon, as spreadsheets write it where the
   * comma is the decimal point.
   */
  private static char delimiter(InputStream list) throws IOException {
    int enough = 4096;
    list.mark(enough);
    String start = new String(list.readNBytes(enough), StandardCharsets.ISO_8859_1);
    list.reset();
    String line = start.lines().findFirst().orElse("");
    return line.indexOf(',') < 0 && line.indexOf(';') >= 0 ? ';' : ',';
  }
}
