package io.pairstream.ingest.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;

/**
 * Pairs and links out of a data set, in a fixed order, one at a time.
 *
 * <p>{@link #hasNext} and {@link #next} read; they throw {@link java.io.UncheckedIOException},
 * whose message says where, once the source cannot be read on. For one thread.
 */
public final class PairSource implements Iterator<SourceItem>, AutoCloseable {

  private final String name;
  private final EntryReader entries;
  private final ImageFiles images;
  private final SourceOptions options;
  private final List<String> notices;
  private final Queue<SourceItem> ready = new ArrayDeque<>();
  private long entry;

  /**
   * @param name what the data set is called in messages; empty where its entries say where they are
   * @param images where the files are that entries name
   */
  PairSource(
      String name,
      EntryReader entries,
      ImageFiles images,
      SourceOptions options,
      List<String> notices) {
    this.name = name;
    this.entries = entries;
    this.images = images;
    this.options = options;
    this.notices = List.copyOf(notices);
  }

  /** What the reader decided about the source as a whole, in sentences for its owner. */
  public List<String> notices() {
    return notices;
  }

  /**
   * Passes over all entries up to this one, without reading their images where that can be helped,
   * or to the end. To be called before anything is read.
   *
   * @param last number of the last entry to pass over; see {@link SourceItem#entry}
   */
  public void skip(long last) {
    try {
      entries.skip(last);
      while (entry <= last && read(last)) {}
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** How much of the source is read, from 0 to 1; what the estimate of the time left rests on. */
  public double share() {
    return entries.share();
  }

  @Override
  public boolean hasNext() {
    try {
      while (ready.isEmpty() && read(0)) {}
      return !ready.isEmpty();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public SourceItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  @Override
  public void close() {
    try {
      entries.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads an entry, and its items where it is a later one; false at the end. */
  private boolean read(long last) throws IOException {
    Optional<Entry> next = entries.next();
    if (next.isPresent()) {
      entry = next.get().number();
      if (entry > last) {
        ready.addAll(next.get().items(name, images, options));
      }
    }
    return next.isPresent();
  }

  private UncheckedIOException unreadable(IOException e) {
    return new UncheckedIOException(
        name + " cannot be read on after entry " + entry + ": " + e.getMessage(), e);
  }
}
