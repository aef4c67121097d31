package io.pairstream.ingest.files;

import io.pairstream.ingest.files.SourceOptions.Format;
import io.pairstream.schemas.SourceKind;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Options of an import that differ from the usual ones in what a test sets. */
final class Options {

  static final SourceOptions USUAL = with(options -> {});

  String contributor = "";
  String licence = "";
  Path imageFolder;
  Format format;
  ColumnNames columns = ColumnNames.USUAL;
  boolean asLinks;
  boolean followLinks;
  boolean captionLines;
  Path instances;

  private Options() {}

  static SourceOptions with(Consumer<Options> change) {
    Options options = new Options();
    change.accept(options);
    return new SourceOptions(
        SourceKind.IMPORTED,
        options.contributor,
        options.licence,
        Optional.ofNullable(options.imageFolder),
        Optional.ofNullable(options.format),
        options.columns,
        options.asLinks,
        options.followLinks,
        options.captionLines,
        Optional.ofNullable(options.instances));
  }
}
