package io.pairstream.cleaning.tokens;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What GPT-2's pattern sees in a code point: a letter, a number, white space or something else.
 *
 * <p>The table is Unicode 16's, as in the tokenizers that GPT-2's users run; Java's own classes
 * depend on the Java version (Java 17 knows Unicode 13), and ids must not.
 */
final class CharacterClasses {

  static final byte OTHER = 0;
  static final byte LETTER = 1;
  static final byte NUMBER = 2;
  static final byte SPACE = 3;

  private static final String TABLE = "character-classes.txt";

  private final byte[] classes = new byte[Character.MAX_CODE_POINT + 1];

  static final CharacterClasses INSTANCE = load();

  private CharacterClasses() {}

  /** Reads the table: per line a class (L, N or S), first and last code point in hex. */
  private static CharacterClasses load() {
    CharacterClasses table = new CharacterClasses();
    try (InputStream in = CharacterClasses.class.getResourceAsStream(TABLE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          table.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + TABLE, e);
    }
    return table;
  }

  byte of(int codePoint) {
    return classes[codePoint];
  }

  private void add(String line) {
    String[] fields = line.split(" ", 3);
    byte kind =
        switch (fields[0]) {
          case "L" -> LETTER;
          case "N" -> NUMBER;
          case "S" -> SPACE;
          default -> throw new IllegalStateException(TABLE + ": " + line);
        };
    int last = Integer.parseInt(fields[2], 16);
    Arrays.fill(classes, Integer.parseInt(fields[1], 16), last + 1, kind);
  }
}
