package io.pairstream.ingest.files;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Captions as Flickr8k and Flickr30k have them: {@code 1000268201_693b08cb0e.jpg#0}, a tab, the
 * caption. A line that is wrong costs itself alone.
 */
final class TokenLines implements EntryReader {

  private static final Pattern LINE =
      Pattern.compile("([^\\t#]+)#(\\d+)\\s*\\t(.*?)\\r?", Pattern.DOTALL);

  private final SourceInput input;
  private final TextLines lines;

  TokenLines(SourceInput input) {
    this.input = input;
    this.lines = new TextLines(input.stream());
  }

  @Override
  public Optional<Entry> next() throws IOException {
    while (lines.next()) {
      if (lines.isTooLong()) {
        return Optional.of(
            unreadable("the line is longer than " + TextLines.MAX_LINE_BYTES + " bytes"));
      }
      String text;
      try {
        text = lines.text();
      } catch (CharacterCodingException e) {
        return Optional.of(unreadable("the line is not UTF-8"));
      }
      if (!text.isBlank()) {
        return Optional.of(entry(text));
      }
    }
    return Optional.empty();
  }

  @Override
  public double share() {
    return input.share();
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  private Entry entry(String text) {
    Matcher line = LINE.matcher(text);
    if (!line.matches()) {
      return unreadable("not a file, '#' with a number, a tab and a caption, such as 1000.jpg#0");
    }
    return new EntryBuilder(lines.number(), Long.toString(lines.number()), ColumnNames.USUAL)
        .field("file", line.group(1).strip())
        .field("caption", line.group(3))
        .build();
  }

  private Entry unreadable(String message) {
    return new Entry.Unreadable(lines.number(), Long.toString(lines.number()), message);
  }
}
