package io.pairstream.ingest.files;

import io.pairstream.schemas.SourceKind;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How data sets are read, and what holds for every pair that does not say otherwise itself.
 *
 * @param sourceKind how the pairs were obtained; a source cannot say otherwise
 * @param contributor who contributed them; empty where unknown
 * @param licence their licence; empty where unknown
 * @param imageFolder folder that the names in a list are relative to and stay within; by default
 *     the list's own
 * @param format what every file is; by default what its name tells
 * @param columns which column is for what
 * @param asLinks whether an entry with a URL becomes a link even where it tells an image too
 */
public record SourceOptions(
    SourceKind sourceKind,
    String contributor,
    String licence,
    Optional<Path> imageFolder,
    Optional<SourceFormat> format,
    ColumnNames columns,
    boolean asLinks) {

  /** All that the data set itself tells. */
  public static SourceOptions of(SourceKind sourceKind) {
    return new SourceOptions(
        sourceKind, "", "", Optional.empty(), Optional.empty(), ColumnNames.USUAL, false);
  }

  /** The same, with another folder that the names in a list are relative to. */
  public SourceOptions withImages(Optional<Path> folder) {
    return new SourceOptions(sourceKind, contributor, licence, folder, format, columns, asLinks);
  }
}
