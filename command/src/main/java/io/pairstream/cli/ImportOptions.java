package io.pairstream.cli;

import io.pairstream.ingest.files.ColumnNames;
import io.pairstream.ingest.files.SourceFormat;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.schemas.SourceKind;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say how data sets are read. */
final class ImportOptions {

  @Option(names = "--images", paramLabel = "DIR")
  private Path images;

  @Option(names = "--format", paramLabel = "FORMAT")
  private SourceFormat format;

  @Option(names = "--columns", paramLabel = "PART=COLUMN[,...]", defaultValue = "")
  private String columns;

  @Option(names = "--links")
  private boolean links;

  @Option(names = "--contributor", paramLabel = "X", defaultValue = "")
  private String contributor;

  @Option(names = "--licence", paramLabel = "X", defaultValue = "")
  private String licence;

  @Option(names = "--source-kind", paramLabel = "KIND", defaultValue = "IMPORTED")
  private SourceKind sourceKind;

  /**
   * How to read.
   *
   * @throws IllegalArgumentException for columns that cannot be read
   */
  SourceOptions read() {
    return new SourceOptions(
        sourceKind,
        contributor,
        licence,
        Optional.ofNullable(images),
        Optional.ofNullable(format),
        columns(),
        links);
  }

  /** The same in words, equal for equal options: what a resumed import must agree in. */
  String inWords() {
    return "--format %s --columns %s --images %s --links %s --contributor %s --licence %s --source-kind %s"
        .formatted(
            format == null ? "by name" : format.word(),
            columns,
            images == null ? "beside the list" : images.toAbsolutePath(),
            links,
            contributor,
            licence,
            sourceKind);
  }

  private ColumnNames columns() {
    try {
      return columns.isEmpty() ? ColumnNames.USUAL : ColumnNames.parse(columns);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--columns: " + e.getMessage(), e);
    }
  }
}
