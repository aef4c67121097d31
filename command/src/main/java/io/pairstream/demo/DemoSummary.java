package io.pairstream.demo;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.terminal.Table;
import java.util.Locale;

/**
 * What a demo came to.
 *
 * @param published pairs and records that went in
 * @param batches batches that were handed to the trainer
 * @param pairsPerSecond from the first send until all was decided
 */
public record DemoSummary(
    long published,
    @JsonUnwrapped OutputCounts outputs,
    long batches,
    double pairsPerSecond,
    Audit audit) {

  /**
   * What the audit found.
   *
   * @param inputs raw coordinates that were looked at
   * @param differences coordinates that did not leave by exactly one output
   */
  public record Audit(long inputs, long differences) {}

  /** For a person, in lines. */
  public String toText() {
    Table table =
        new Table()
            .row("published", published)
            .row("training", outputs.training())
            .row("validation", outputs.validation())
            .row("test", outputs.test())
            .row("quarantine", outputs.quarantined());
    outputs.quarantine().forEach((reason, count) -> table.row("  " + reason, count));
    table.row("batches", batches).row("pairs per second", Math.round(pairsPerSecond));
    return String.join("\n", table.lines())
        + String.format(
            Locale.ROOT,
            "%naudit: %,d differences (%,d inputs, each in exactly one output%s)%n",
            audit.differences(),
            audit.inputs(),
            audit.differences() == 0 ? "" : " but for these");
  }
}
