package io.pairstream.ingest.files;

import java.util.ArrayList;
import java.util.List;

/** Listener of an import that keeps what it hears. */
final class HeardImport implements ImportRun.Listener {

  final List<SourceItem.Problem> problems = new ArrayList<>();
  final List<String> notices = new ArrayList<>();
  double share;

  @Override
  public void problem(SourceItem.Problem problem) {
    problems.add(problem);
  }

  @Override
  public void notice(String sentence) {
    notices.add(sentence);
  }

  @Override
  public void published(int imageBytes) {}

  @Override
  public void read(double read) {
    share = read;
  }
}
