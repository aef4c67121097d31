package io.pairstream.ingest.files;

import io.pairstream.ingest.files.SourceItem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Result of reading a source as an import does, with nothing sent.
 *
 * @param problems rows, lines and files that give no pair
 * @param columns number of entries by what a column is used for
 */
public record WouldSend(
    String path, long pairs, long links, long problems, Map<String, Long> columns) {

  /** Reads up to {@code limit} pairs and links of sources, one after the other. */
  public static List<WouldSend> of(
      List<ImportState.Source> sources,
      SourceOptions options,
      long limit,
      ImportRun.Listener listener) {
    Notices notices = new Notices(listener::notice);
    List<WouldSend> all = new ArrayList<>();
    long left = limit;
    for (ImportState.Source source : sources) {
      try (PairSource items = PairSource.open(source.path(), options, notices)) {
        WouldSend one = read(source, items, left, listener);
        left -= one.pairs + one.links;
        all.add(one);
      }
    }
    return all;
  }

  private static WouldSend read(
      ImportState.Source source, PairSource items, long limit, ImportRun.Listener listener) {
    long pairs = 0;
    long links = 0;
    long problems = 0;
    while (pairs + links < limit && items.hasNext()) {
      SourceItem item = items.next();
      if (item instanceof Problem problem) {
        problems += problem.rows();
        listener.problem(problem);
      } else if (item instanceof SourceItem.Link) {
        links++;
      } else {
        pairs++;
      }
    }
    return new WouldSend(source.path().toString(), pairs, links, problems, items.uses());
  }
}
