package io.pairstream.cli.data;

import picocli.CommandLine.Option;

/** Options that say whose the pictures are, and under which licence. */
final class AttributionOptions {

  @Option(names = "--contributor", paramLabel = "X", defaultValue = "")
  String contributor;

  @Option(names = "--licence", paramLabel = "X", defaultValue = "")
  String licence;
}
