package io.pairstream.service.requirements;

import java.util.List;
import java.util.stream.Collectors;

/** A cluster's settings break guarantees; the message has a line for each. */
public final class WeakClusterException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final String NEW_LINE = System.lineSeparator() + "  ";

  WeakClusterException(List<Finding> broken) {
    super(
        broken.stream()
                .map(finding -> NEW_LINE + finding.check() + ": " + finding.sentence())
                .collect(
                    Collectors.joining(
                        "", "settings of this cluster break guarantees of Pairstream:", NEW_LINE))
            + "to start without these guarantees: --accept-weaker "
            + broken.stream().map(Finding::check).distinct().collect(Collectors.joining(",")));
  }
}
