package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * Classes of code points as Hugging Face's tokenizers sees them, the same on every version of Java.
 *
 * <p>Its parts carry tables of different Unicode versions, so each part has a class of its own
 * here: {@code punctuation}, {@code word}, {@code numeric}, {@code bert-removed}, {@code
 * bert-space}, {@code bert-mark}, {@code accent} and {@code inert}; {@code extending}, {@code
 * prepended} and {@code alone} say how characters cluster. The general categories are those of
 * Unicode 16, by their two letters; one letter stands for all that begin with it. Immutable once
 * loaded.
 */
final class CodePointClasses {

  /** Loaded at the first use. */
  static final CodePointClasses INSTANCE = new CodePointClasses();

  /** What GPT-2's and CLIP's patterns see in a code point. */
  static final byte OTHER = 0;

  static final byte LETTER = 1;
  static final byte NUMBER = 2;
  static final byte SPACE = 3;

  private static final String TABLE = "code-point-classes.txt";

  /** The general categories at the places of Java's constants for them. */
  private static final String[] CATEGORIES =
      ("Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf -- Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi"
              + " Pf")
          .split(" ");

  private final Map<String, BitSet> classes = new HashMap<>();
  private final byte[] kinds = new byte[Character.MAX_CODE_POINT + 1];

  private CodePointClasses() {
    new String(VocabularyFile.read(TABLE), StandardCharsets.US_ASCII)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" ", 3))
        .forEach(
            fields ->
                classes
                    .computeIfAbsent(fields[0], name -> new BitSet())
                    .set(Integer.parseInt(fields[1], 16), Integer.parseInt(fields[2], 16) + 1));
    IntPredicate letter = of("L");
    IntPredicate number = of("N");
    for (int c = 0; c < kinds.length; c++) {
      kinds[c] = letter.test(c) ? LETTER : number.test(c) ? NUMBER : isSpace(c) ? SPACE : OTHER;
    }
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

  /** Letter, number, white space or something else. */
  byte kind(int codePoint) {
    return kinds[codePoint];
  }

  /** White space: Unicode's property, which no version since 6.3 has changed. */
  static boolean isSpace(int codePoint) {
    return switch (codePoint) {
      case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default ->
          (codePoint >= 0x9 && codePoint <= 0xD) || (codePoint >= 0x2000 && codePoint <= 0x200A);
    };
  }

  /**
   * The text with another code point, of the same category and as long, in place of each whose
   * category this version of Java has not or sees otherwise.
   */
  String inJavasUnicode(String text) {
    StringBuilder changed = null;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      Integer other = codePoint < 0x80 ? null : JavasUnicode.OTHERS.get(codePoint);
      int end = i + Character.charCount(codePoint);
      if (other != null) {
        changed = changed == null ? new StringBuilder(text) : changed;
        changed.replace(i, end, Character.toString(other));
      }
      i = end;
    }
    return changed == null ? text : changed.toString();
  }

  /** Found when a pattern first needs it. */
  private static final class JavasUnicode {

    static final Map<Integer, Integer> OTHERS = new HashMap<>();

    static {
      BitSet assigned = new BitSet();
      for (int type = 1; type < CATEGORIES.length; type++) {
        BitSet members = INSTANCE.classes.getOrDefault(CATEGORIES[type], new BitSet());
        assigned.or(members);
        add(type, members);
      }
      BitSet unassigned = new BitSet();
      unassigned.set(0, Character.MAX_CODE_POINT + 1);
      unassigned.andNot(assigned);
      unassigned.clear(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1);
      add(Character.UNASSIGNED, unassigned);
    }

    private static void add(int type, BitSet members) {
      Map<Integer, Integer> knownByLength =
          members.stream()
              .filter(c -> Character.getType(c) == type)
              .boxed()
              .collect(Collectors.toMap(Character::charCount, c -> c, (first, next) -> first));
      members.stream()
          .filter(c -> Character.getType(c) != type)
          .filter(c -> knownByLength.containsKey(Character.charCount(c)))
          .forEach(c -> OTHERS.put(c, knownByLength.get(Character.charCount(c))));
    }
  }
}
