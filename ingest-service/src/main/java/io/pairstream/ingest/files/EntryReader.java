package io.pairstream.ingest.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Reads the entries of a caption list in their order. */
interface EntryReader extends Closeable {

  /** The next entry, or empty at the end of the list. */
  Optional<Entry> next() throws IOException;

  /** What stands at a place of the list. */
  sealed interface Entry {

    /** Line of the list's file at which the entry begins, from 1. */
    long line();

    /** An entry that can be read. */
    record Parsed(long line, CaptionedFile file) implements Entry {}

    /** An entry that cannot. */
    record Unreadable(long line, String message) implements Entry {}
  }
}
