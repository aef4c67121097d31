package io.pairstream.chaos.load;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What was sent, and what was acknowledged, in the order in which it was known. Thread-safe. */
public final class SentLedger {

  private final List<LedgerEntry> entries = new ArrayList<>();

  public synchronized void add(LedgerEntry entry) {
    entries.add(entry);
  }

  /** Tells every entry, from the first on. */
  public synchronized void read(Consumer<LedgerEntry> each) {
    entries.forEach(each);
  }
}
