package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Classes of code points as Hugging Face's tokenizers sees them, the same on every version of Java.
 *
 * <p>Its parts carry tables of different Unicode versions, so each part has a class of its own
 * here: {@code punctuation}, {@code word}, {@code regex-word}, {@code numeric}, {@code
 * bert-removed}, {@code bert-space}, {@code bert-mark}, {@code accent} and {@code inert}; {@code
 * extending}, {@code prepended} and {@code alone} say how characters cluster. The general
 * categories are those of Unicode 16, by their two letters; one letter stands for all that begin
 * with it. Immutable once loaded.
 */
final class CodePointClasses {

  /** Loaded at the first use. */
  static final CodePointClasses INSTANCE = new CodePointClasses();

  private static final String TABLE = "code-point-classes.txt";

  private final Map<String, BitSet> classes = new HashMap<>();

  private CodePointClasses() {
    new String(VocabularyFile.read(TABLE), StandardCharsets.US_ASCII)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(this::add);
  }

  /** Whether there is a general category of this name. */
  boolean isCategory(String name) {
    return name.length() <= 2
        && !name.isEmpty()
        && Character.isUpperCase(name.charAt(0))
        && classes.keySet().stream()
            .anyMatch(known -> known.length() == 2 && known.startsWith(name));
  }

  /** Members of a class or of a general category. */
  IntPredicate of(String name) {
    BitSet members = new BitSet();
    classes.forEach(
        (known, some) -> {
          if (known.equals(name) || (known.length() == 2 && known.startsWith(name))) {
            members.or(some);
          }
        });
    return members::get;
  }

  /** White space: Unicode's property, which no version since 6.3 has changed. */
  static boolean isSpace(int codePoint) {
    return switch (codePoint) {
      case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default ->
          (codePoint >= 0x9 && codePoint <= 0xD) || (codePoint >= 0x2000 && codePoint <= 0x200A);
    };
  }

  private void add(String line) {
    String[] fields = line.split(" ", 3);
    classes
        .computeIfAbsent(fields[0], name -> new BitSet())
        .set(Integer.parseInt(fields[1], 16), Integer.parseInt(fields[2], 16) + 1);
  }
}
