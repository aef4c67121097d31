package io.pairstream.ingest.files;

import io.pairstream.schemas.SourceKind;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How data sets are read, and what holds for every pair that does not say otherwise itself.
 *
 * @param sourceKind how the pairs were obtained; a source cannot say otherwise
 * @param contributor who contributed them; empty where unknown
 * @param licence their licence; empty where unknown
 * @param imageFolder folder that the names in a list are relative to and stay within; by default
 *     the list's own
 * @param format what every file is; by default the one that its name shows
 * @param columns which column is for what
 * @param asLinks whether an entry with a URL becomes a link even where it has an image too
 * @param followLinks whether a file is read that a symbolic link in a data set's folder leads to,
 *     and that lies outside that folder
 * @param captionLines whether each line of a text beside an image is a caption of its own
 * @param instances COCO's instances of the images, whose categories become labels
 */
public record SourceOptions(
    SourceKind sourceKind,
    String contributor,
    String licence,
    Optional<Path> imageFolder,
    Optional<Format> format,
    ColumnNames columns,
    boolean asLinks,
    boolean followLinks,
    boolean captionLines,
    Optional<Path> instances) {

  /** Options that the data set itself gives. */
  public static SourceOptions of(SourceKind sourceKind) {
    return new SourceOptions(
        sourceKind,
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        ColumnNames.USUAL,
        false,
        false,
        false,
        Optional.empty());
  }

  /** The kinds of data set that are read. */
  public enum Format {
    /** Images with captions beside them, or a caption list, or shards, in a folder. */
    FOLDER(""),
    /** A row per caption, commas between cells. */
    CSV("csv"),
    /** A row on each line, tabs between cells; a quote is a letter like any other. */
    TSV("tsv"),
    /** A row per caption, tabs between cells, cells quoted as in CSV: pandas and Excel write it. */
    TSV_QUOTED("") {
      @Override
      public String toString() {
        return word();
      }
    },
    /** A JSON object per line. */
    JSONL("jsonl|ndjson"),
    /** Rows of columns: image bytes, file names or URLs, with captions. */
    PARQUET("parquet"),
    /** A tar whose files belong together by their name up to the first dot. */
    WEBDATASET("tar|tgz"),
    /**
     * An array of JSON objects, a pair each; or, where the file holds one object, COCO's captions.
     */
    JSON("json"),
    /** COCO's captions: one JSON object with {@code images} and {@code annotations}. */
    COCO("");

    private final Pattern names;

    Format(String extensions) {
      names = Pattern.compile("(?i).*\\.(" + extensions + ")(\\.(gz|zst|zstd))?");
    }

    /** The format that a file's name shows, whatever it is compressed with. */
    static Optional<Format> of(Path file) {
      String name = file.getFileName().toString();
      return Stream.of(values()).filter(format -> format.names.matcher(name).matches()).findFirst();
    }

    /** Name in commands. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String words() {
      return Stream.of(values()).map(Format::word).collect(Collectors.joining("|"));
    }
  }
}
