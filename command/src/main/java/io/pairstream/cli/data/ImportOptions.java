package io.pairstream.cli.data;

import io.pairstream.ingest.files.ColumnNames;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.schemas.SourceKind;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say how data sets are read. */
public final class ImportOptions {

  @Option(names = "--images", paramLabel = "DIR")
  private Path images;

  @Option(names = "--format", paramLabel = "FORMAT")
  private SourceOptions.Format format;

  @Option(names = "--columns", paramLabel = "PART=COLUMN[,...]", defaultValue = "")
  private String columns;

  @Option(names = "--links")
  private boolean links;

  @Option(names = "--follow-links")
  private boolean followLinks;

  @Option(names = "--caption-lines")
  private boolean captionLines;

  @Option(names = "--instances", paramLabel = "FILE")
  private Path instances;

  @Option(names = "--contributor", paramLabel = "X", defaultValue = "")
  private String contributor;

  @Option(names = "--licence", paramLabel = "X", defaultValue = "")
  private String licence;

  @Option(names = "--source-kind", paramLabel = "KIND", defaultValue = "imported")
  private SourceKind sourceKind;

  /**
   * How to read.
   *
   * @throws IllegalArgumentException for columns that cannot be read
   */
  public SourceOptions read() {
    return new SourceOptions(
        sourceKind,
        contributor,
        licence,
        Optional.ofNullable(images).map(Path::toAbsolutePath),
        Optional.ofNullable(format),
        columns(),
        links,
        followLinks,
        captionLines,
        Optional.ofNullable(instances));
  }

  private ColumnNames columns() {
    try {
      return columns.isEmpty() ? ColumnNames.USUAL : ColumnNames.parse(columns);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--columns: " + e.getMessage(), e);
    }
  }
}
