package io.pairstream.ingest.files;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Some entries of a source. One that is not there any more is a problem. */
final class SelectedEntries implements PairSource {

  private final PairSource source;
  private final String name;
  private final SortedSet<Long> wanted;
  private Optional<SourceItem> next = Optional.empty();
  private Optional<SourceItem> ahead = Optional.empty();
  private long current;
  private boolean found = true;

  /**
   * @param name the source's, for messages
   * @param wanted numbers of the entries
   */
  SelectedEntries(PairSource source, String name, SortedSet<Long> wanted) {
    this.source = source;
    this.name = name;
    this.wanted = new TreeSet<>(wanted);
  }

  @Override
  public List<String> notices() {
    return source.notices();
  }

  @Override
  public void skip(long entry) {
    wanted.headSet(entry + 1).clear();
  }

  @Override
  public double share() {
    return source.share();
  }

  @Override
  public boolean hasNext() {
    while (next.isEmpty()) {
      if (ahead.isEmpty() && current > 0 && source.hasNext()) {
        ahead = Optional.of(source.next());
      }
      if (ahead.isPresent() && ahead.get().entry() == current) {
        next = ahead;
        ahead = Optional.empty();
        found = true;
      } else if (!found) {
        found = true;
        next =
            Optional.of(
                new SourceItem.Problem(
                    current, name + ":entry " + current, "it is not there any more"));
      } else if (wanted.isEmpty()) {
        return false;
      } else {
        current = wanted.first();
        wanted.remove(current);
        found = false;
        if (ahead.isEmpty() || ahead.get().entry() < current) {
          ahead = Optional.empty();
          source.skip(current - 1);
        }
      }
    }
    return true;
  }

  @Override
  public SourceItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    SourceItem item = next.orElseThrow();
    next = Optional.empty();
    return item;
  }

  @Override
  public void close() {
    source.close();
  }
}
