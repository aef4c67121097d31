package io.pairstream.ingest.generate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;

/**
 * The prompts of a file in UTF-8, in its order: a prompt per line ({@code .txt}), a JSON object per
 * line ({@code .jsonl}), or a row each under a row of names ({@code .csv}, {@code .tsv}).
 *
 * <p>In rows and objects, {@code prompt} is the prompt; {@code caption}, {@code language}, {@code
 * n}, {@code size} and {@code seed} mean what they say; other fields become annotations. What
 * {@link RefusedPrompts} adds is passed over, so that its file can be given again.
 */
public final class PromptFile implements Iterator<PromptItem>, AutoCloseable {

  private final Reader reader;
  private final Iterator<PromptItem> items;

  private PromptFile(Reader reader, Iterator<PromptItem> items) {
    this.reader = reader;
    this.items = items;
  }

  /**
   * Opens a file.
   *
   * @throws UnusablePromptsException where there is no such file, or it is no list of prompts
   */
  public static PromptFile open(Path file) {
    try {
      checkEncoding(file);
      BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
      skipByteOrderMark(reader);
      return new PromptFile(reader, items(file, reader));
    } catch (NoSuchFileException e) {
      throw new UnusablePromptsException("there is no file " + file);
    } catch (IOException e) {
      throw new UnusablePromptsException(file + " cannot be read: " + e.getMessage());
    }
  }

  @Override
  public boolean hasNext() {
    return items.hasNext();
  }

  @Override
  public PromptItem next() {
    return items.next();
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UnusablePromptsException("the prompts cannot be closed: " + e.getMessage());
    }
  }

  private static Iterator<PromptItem> items(Path file, BufferedReader reader) throws IOException {
    String name = String.valueOf(file.getFileName());
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return switch (ending) {
      case "txt" -> new PromptLines(name, reader);
      case "jsonl", "ndjson" -> new PromptObjects(name, reader);
      case "csv" -> new PromptRows(name, reader, ',');
      case "tsv" -> new PromptRows(name, reader, '\t');
      default ->
          throw new UnusablePromptsException(
              name
                  + " is not known as a list of prompts; its name must end with .txt, .jsonl, .csv"
                  + " or .tsv");
    };
  }

  /** Images cost money, so that a file that cannot be read to its end is told before the first. */
  private static void checkEncoding(Path file) throws IOException {
    long line = 1;
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      while (reader.readLine() != null) {
        line++;
      }
    } catch (CharacterCodingException e) {
      throw new UnusablePromptsException(
          file + " is not UTF-8 from about line " + line + " on; save it as UTF-8");
    }
  }

  private static void skipByteOrderMark(BufferedReader reader) throws IOException {
    reader.mark(1);
    if (reader.read() != '\uFEFF') {
      reader.reset();
    }
  }
}
