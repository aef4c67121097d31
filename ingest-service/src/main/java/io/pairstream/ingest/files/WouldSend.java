package io.pairstream.ingest.files;

import io.pairstream.ingest.files.SourceItem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Result of reading a source as an import does, with nothing sent.
 *
 * @param problems rows, lines and files that give no pair, and what ends the reading
 * @param columns number of entries by what a column is used for
 */
public record WouldSend(
    String path, long pairs, long links, long problems, Map<String, Long> columns) {

  /**
   * Reads up to {@code limit} pairs and links of sources, one after the other.
   *
   * @throws UnusableSourceException where the only source gives nothing
   */
  public static List<WouldSend> of(
      List<ImportState.Source> sources,
      SourceOptions options,
      long limit,
      ImportRun.Listener listener) {
    Notices notices = new Notices(listener::notice);
    List<WouldSend> all = new ArrayList<>();
    long left = limit;
    for (ImportState.Source source : sources) {
      WouldSend one;
      try (PairSource items = PairSource.open(source, options, notices)) {
        one = read(source, items, left, listener);
        if (sources.size() == 1 && limit > 0 && one.pairs + one.links + one.problems == 0) {
          throw PairSource.nothingIn(source);
        }
      } catch (UnusableSourceException e) {
        if (sources.size() == 1) {
          throw e;
        }
        listener.problem(new Problem(0, source.name(), e.getMessage()));
        one = new WouldSend(source.address(), 0, 0, 1, Map.of());
      }
      left -= one.pairs + one.links;
      all.add(one);
    }
    return all;
  }

  private static WouldSend read(
      ImportState.Source source, PairSource items, long limit, ImportRun.Listener listener) {
    long pairs = 0;
    long links = 0;
    long problems = 0;
    try {
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
    } catch (PairSource.BrokenException e) {
      problems++;
      listener.problem(new Problem(0, source.name(), e.getMessage()));
    }
    return new WouldSend(source.address(), pairs, links, problems, items.uses());
  }
}
