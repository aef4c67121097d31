package io.pairstream.cli.review;

import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.curation.review.Selection;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that choose entries of the quarantine. */
final class SelectionOptions {

  @Option(names = "--reason", paramLabel = "REASON")
  private String reason;

  @Option(names = "--source", paramLabel = "SOURCE")
  private String source;

  @Option(names = "--producer", paramLabel = "NAME")
  private String producer;

  @Option(names = "--limit", paramLabel = "N")
  private Integer limit;

  boolean isGiven() {
    return reason != null || source != null || producer != null || limit != null;
  }

  /**
   * The selection of a command.
   *
   * @throws IllegalArgumentException where the options make no sense
   */
  Selection of(PairstreamCommand command) {
    return new Selection(
        QuarantineCommand.checkedReason(reason, command),
        Optional.ofNullable(source),
        Optional.ofNullable(producer),
        limit == null ? Integer.MAX_VALUE : limit);
  }
}
