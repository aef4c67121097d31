package io.pairstream.cli;

import io.pairstream.ingest.files.ColumnNames;
import io.pairstream.ingest.files.SourceDefaults;
import io.pairstream.ingest.files.SourceFormat;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.schemas.SourceKind;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * How to read.
   *
   * @throws ParameterException for an unknown format or columns that cannot be read
   */
  SourceOptions read() {
    return new SourceOptions(
        new SourceDefaults(sourceKind, contributor, licence),
        Optional.ofNullable(images),
        Optional.ofNullable(format),
        columns(),
        links);
  }

  /** The same in words, equal for equal options: what a resumed import must agree in. */
  String inWords() {
    return Stream.of(
            "--format " + (format == null ? "by name" : format.word()),
            "--columns " + columns(),
            "--images " + (images == null ? "beside the list" : images.toAbsolutePath()),
            "--links " + links,
            "--contributor " + contributor,
            "--licence " + licence,
            "--source-kind " + sourceKind)
        .reduce("", (all, one) -> all.isEmpty() ? one : all + " " + one);
  }

  private ColumnNames columns() {
    if (columns.isEmpty()) {
      return ColumnNames.USUAL;
    }
    try {
      return ColumnNames.parse(columns);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--columns: " + e.getMessage());
    }
  }
}
