package io.pairstream.tools.audit;

import io.pairstream.tools.audit.AuditReport.Difference;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.util.ArrayList;
import java.util.List;

/** Collects differences: counts all, keeps the first {@link AuditReport#MAX_DETAILS}. */
final class Differences {

  private final List<Difference> details = new ArrayList<>();
  private long count;

  void add(Kind kind, String sentence) {
    add(new Difference(kind, sentence, "", ""));
  }

  void add(Difference difference) {
    count++;
    if (details.size() < AuditReport.MAX_DETAILS) {
      details.add(difference);
    }
  }

  long count() {
    return count;
  }

  List<Difference> details() {
    return List.copyOf(details);
  }
}
