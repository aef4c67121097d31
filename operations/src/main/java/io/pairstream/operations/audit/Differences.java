package io.pairstream.operations.audit;

import java.util.ArrayList;
import java.util.List;

/** Collects differences: counts all, keeps the first {@link AuditReport#MAX_DETAILS}. */
final class Differences {

  private final List<Difference> details = new ArrayList<>();
  private long count;

  void add(Difference.Kind kind, String sentence) {
    count++;
    if (details.size() < AuditReport.MAX_DETAILS) {
      details.add(new Difference(kind, sentence));
    }
  }

  long count() {
    return count;
  }

  List<Difference> details() {
    return List.copyOf(details);
  }
}
