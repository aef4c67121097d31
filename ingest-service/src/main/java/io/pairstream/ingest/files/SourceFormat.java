package io.pairstream.ingest.files;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kinds of data set that are read. */
public enum SourceFormat {
  /** Images with captions beside them, or a caption list, or shards, in a folder. */
  FOLDER,
  /** A row per caption, commas between cells. */
  CSV,
  /** A row per caption, tabs between cells. */
  TSV,
  /** A JSON object per line. */
  JSONL,
  /** Rows of columns: image bytes, file names or URLs, with captions. */
  PARQUET,
  /** A tar whose files belong together by their name up to the first dot. */
  WEBDATASET,
  /** COCO's captions: one JSON object with {@code images} and {@code annotations}. */
  COCO;

  /** The format that a file's name tells, whatever it is compressed with. */
  static Optional<SourceFormat> of(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    for (String packing : new String[] {".gz", ".zst", ".zstd"}) {
      if (name.endsWith(packing)) {
        name = name.substring(0, name.length() - packing.length());
      }
    }
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "csv" -> Optional.of(CSV);
      case "tsv" -> Optional.of(TSV);
      case "jsonl", "ndjson" -> Optional.of(JSONL);
      case "parquet" -> Optional.of(PARQUET);
      case "tar", "tgz" -> Optional.of(WEBDATASET);
      case "json" -> Optional.of(COCO);
      default -> Optional.empty();
    };
  }

  /** Its name in commands. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static String words() {
    return Stream.of(values()).map(SourceFormat::word).collect(Collectors.joining("|"));
  }
}
