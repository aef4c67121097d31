package io.pairstream.ingest.files;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;

/**
 * Which entries of a source are done with, all before them included, while what they gave is
 * acknowledged in any order. Thread-safe; entries are begun by one thread.
 */
final class EntryWindow {

  private final LongConsumer done;
  private final Deque<Entry> open = new ArrayDeque<>();

  /**
   * @param done told of the last entry up to which all are done, each time that it grows
   */
  EntryWindow(LongConsumer done) {
    this.done = done;
  }

  /** Something of an entry is begun: of the same one as before, or of a later one. */
  synchronized Entry begin(long number) {
    next(number);
    Entry last = open.peekLast();
    if (last != null && last.number == number) {
      last.pending++;
      return last;
    }
    Entry entry = new Entry(number);
    open.addLast(entry);
    return entry;
  }

  /** What comes next is of this entry. */
  synchronized void next(long number) {
    if (!open.isEmpty() && open.peekLast().number != number) {
      end();
    }
  }

  /** No more of the last entry comes. */
  synchronized void end() {
    if (!open.isEmpty()) {
      open.peekLast().isWhole = true;
      advance();
    }
  }

  private void advance() {
    long upTo = 0;
    while (!open.isEmpty() && open.peekFirst().isWhole && open.peekFirst().pending == 0) {
      upTo = open.removeFirst().number;
    }
    if (upTo > 0) {
      done.accept(upTo);
    }
  }

  /** An entry of which something is under way. */
  final class Entry {

    private final long number;
    private int pending = 1;
    private boolean isWhole;

    private Entry(long number) {
      this.number = number;
    }

    /** Something that was begun is done. */
    void done() {
      synchronized (EntryWindow.this) {
        pending--;
        advance();
      }
    }
  }
}
