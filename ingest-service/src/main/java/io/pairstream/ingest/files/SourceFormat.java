package io.pairstream.ingest.files;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kinds of data set that are read. */
public enum SourceFormat {
  /** Images with captions beside them, or a caption list, or shards, in a folder. */
  FOLDER(""),
  /** A row per caption, commas between cells. */
  CSV("csv"),
  /** A row per caption, tabs between cells. */
  TSV("tsv"),
  /** A JSON object per line. */
  JSONL("jsonl|ndjson"),
  /** Rows of columns: image bytes, file names or URLs, with captions. */
  PARQUET("parquet"),
  /** A tar whose files belong together by their name up to the first dot. */
  WEBDATASET("tar|tgz"),
  /** COCO's captions: one JSON object with {@code images} and {@code annotations}. */
  COCO("json");

  private final Pattern names;

  SourceFormat(String extensions) {
    names = Pattern.compile("(?i).*\\.(" + extensions + ")(\\.(gz|zst|zstd))?");
  }

  /** The format that a file's name tells, whatever it is compressed with. */
  static Optional<SourceFormat> of(Path file) {
    String name = file.getFileName().toString();
    return Stream.of(values()).filter(format -> format.names.matcher(name).matches()).findFirst();
  }

  /** Its name in commands. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static String words() {
    return Stream.of(values()).map(SourceFormat::word).collect(Collectors.joining("|"));
  }
}
