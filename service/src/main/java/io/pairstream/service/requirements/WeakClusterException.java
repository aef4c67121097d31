package io.pairstream.service.requirements;

import java.util.List;
import java.util.stream.Collectors;

/** A cluster's settings take promises away; the message has a line for each. */
public final class WeakClusterException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  WeakClusterException(List<Finding> broken) {
    super(
        broken.stream()
            .map(finding -> System.lineSeparator() + "  " + line(finding))
            .collect(
                Collectors.joining(
                    "",
                    "this cluster is not set to keep what Pairstream promises:",
                    System.lineSeparator()
                        + "  to start all the same, and do without: --accept-weaker "
                        + broken.stream()
                            .map(Finding::check)
                            .distinct()
                            .collect(Collectors.joining(",")))));
  }

  private static String line(Finding finding) {
    return finding.check() + ": " + finding.sentence();
  }
}
