package io.pairstream.ingest.generate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** A prompt per line; empty lines are passed over. */
final class PromptLines implements Iterator<PromptItem> {

  private final String name;
  private final BufferedReader reader;
  private long line;
  private String next = "";

  PromptLines(String name, BufferedReader reader) {
    this.name = name;
    this.reader = reader;
  }

  @Override
  public boolean hasNext() {
    try {
      while (next != null && next.isBlank()) {
        next = reader.readLine();
        line++;
      }
      return next != null;
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read on: " + e.getMessage(), e);
    }
  }

  @Override
  public PromptItem next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Prompt prompt = Prompt.of(name + ":" + line, next.strip());
    next = "";
    return prompt;
  }
}
