package io.pairstream.cleaning.tokens;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * A regular expression of a tokenizer.json, over the classes of {@link CodePointClasses}.
 *
 * <p>Takes the part of Oniguruma's language that tokenizers are written in: characters, escapes,
 * classes, general categories, alternatives, groups, look-ahead, and repetition of single
 * characters. With only single characters repeated, the work for one match is bounded by a power of
 * the text's length that the pattern alone decides, and the depth of calls by the pattern. What
 * else a pattern has is refused. Immutable.
 *
 * @see <a href="https://github.com/kkos/oniguruma/blob/master/doc/RE">Oniguruma's regular
 *     expressions</a>
 */
final class SplitPattern {

  private static final int NONE = -1;

  private final Node start;

  private SplitPattern(Node start) {
    this.start = start;
  }

  /**
   * Reads a pattern.
   *
   * @throws UnsupportedTokenizerException with what it has that is not taken
   */
  static SplitPattern parse(String pattern) {
    Parser parser = new Parser(pattern);
    Node root = parser.alternatives(new End());
    if (parser.at < pattern.length()) {
      throw parser.refused("')'");
    }
    SplitPattern split = new SplitPattern(root);
    if (split.end("", 0) != NONE) {
      throw parser.refused("what matches no character at all");
    }
    return split;
  }

  /** A pattern that matches this text alone. */
  static SplitPattern literal(String text) {
    if (text.isEmpty()) {
      throw new UnsupportedTokenizerException("an empty pattern is not supported");
    }
    Node node = new End();
    for (int i = text.length(); i > 0; ) {
      int codePoint = text.codePointBefore(i);
      i -= Character.charCount(codePoint);
      node = new Single(c -> c == codePoint, 1, 1, Mode.GREEDY, node);
    }
    return new SplitPattern(node);
  }

  /** Where the match ends that begins at {@code from}; -1 if none begins there. */
  int end(String text, int from) {
    return start.match(text, from);
  }

  private enum Mode {
    GREEDY,
    LAZY,
    POSSESSIVE
  }

  /** A part of the pattern together with all that follows it. */
  private interface Node {
    /** Where the whole match ends if this part begins at {@code from}; -1 if it does not match. */
    int match(String text, int from);
  }

  private record End() implements Node {
    @Override
    public int match(String text, int from) {
      return from;
    }
  }

  private record Alternatives(List<Node> nodes) implements Node {
    @Override
    public int match(String text, int from) {
      for (Node node : nodes) {
        int end = node.match(text, from);
        if (end != NONE) {
          return end;
        }
      }
      return NONE;
    }
  }

  private record Ahead(Node inside, boolean wanted, Node next) implements Node {
    @Override
    public int match(String text, int from) {
      return (inside.match(text, from) != NONE) == wanted ? next.match(text, from) : NONE;
    }
  }

  /** A character of a class, {@code min} to {@code max} times. */
  private record Single(IntPredicate members, int min, int max, Mode mode, Node next)
      implements Node {

    @Override
    public int match(String text, int from) {
      int at = from;
      for (int count = 0; count < min; count++) {
        at = after(text, at);
        if (at == NONE) {
          return NONE;
        }
      }
      if (mode == Mode.LAZY) {
        return matchLazily(text, at);
      }
      int least = at;
      for (int count = min; count < max; count++) {
        int behind = after(text, at);
        if (behind == NONE) {
          break;
        }
        at = behind;
      }
      if (mode == Mode.POSSESSIVE) {
        return next.match(text, at);
      }
      while (true) {
        int end = next.match(text, at);
        if (end != NONE || at == least) {
          return end;
        }
        at -= Character.charCount(text.codePointBefore(at));
      }
    }

    private int matchLazily(String text, int from) {
      int at = from;
      for (int count = min; ; count++) {
        int end = next.match(text, at);
        if (end != NONE || count == max) {
          return end;
        }
        at = after(text, at);
        if (at == NONE) {
          return NONE;
        }
      }
    }

    /** Behind the character at {@code at}; -1 if it is not of the class. */
    private int after(String text, int at) {
      if (at >= text.length()) {
        return NONE;
      }
      int codePoint = text.codePointAt(at);
      return members.test(codePoint) ? at + Character.charCount(codePoint) : NONE;
    }
  }

  /** Reads from left to right; what follows a part is read before the part is made. */
  private static final class Parser {

    private static final int UNBOUNDED = Integer.MAX_VALUE;
    private static final int DEEPEST_GROUP = 8;

    private final String pattern;
    private int at;
    private int depth;
    private boolean ignoresCase;

    Parser(String pattern) {
      this.pattern = pattern;
    }

    Node alternatives(Node next) {
      List<Node> nodes = new ArrayList<>();
      nodes.add(sequence(next));
      while (take('|')) {
        nodes.add(sequence(next));
      }
      return nodes.size() == 1 ? nodes.get(0) : new Alternatives(List.copyOf(nodes));
    }

    private Node sequence(Node next) {
      List<Part> parts = new ArrayList<>();
      while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
        parts.add(part());
      }
      Node node = next;
      for (int i = parts.size() - 1; i >= 0; i--) {
        node = parts.get(i).before(node);
      }
      return node;
    }

    private Part part() {
      if (pattern.charAt(at) == '(') {
        return group();
      }
      IntPredicate members = single();
      int min = 1;
      int max = 1;
      if (take('?')) {
        min = 0;
      } else if (take('*')) {
        min = 0;
        max = UNBOUNDED;
      } else if (take('+')) {
        max = UNBOUNDED;
      } else if (take('{')) {
        return counted(members);
      } else {
        return next -> new Single(members, 1, 1, Mode.GREEDY, next);
      }
      Mode mode = take('?') ? Mode.LAZY : take('+') ? Mode.POSSESSIVE : Mode.GREEDY;
      refuseRepeated();
      int least = min;
      int most = max;
      return next -> new Single(members, least, most, mode, next);
    }

    private Part counted(IntPredicate members) {
      int min = number();
      int max = min;
      if (take(',')) {
        max = at < pattern.length() && pattern.charAt(at) == '}' ? UNBOUNDED : number();
      }
      if (!take('}') || max < min) {
        throw refused("this count");
      }
      Mode mode = take('?') ? Mode.LAZY : Mode.GREEDY;
      if (mode == Mode.LAZY && min == max) {
        throw refused("'}?' after a fixed count");
      }
      refuseRepeated();
      int most = max;
      return next -> new Single(members, min, most, mode, next);
    }

    private Part group() {
      int begin = at;
      boolean outer = ignoresCase;
      if (++depth > DEEPEST_GROUP) {
        throw refused("a group within more than " + DEEPEST_GROUP + " others");
      }
      if (takeAll("(?=") || takeAll("(?!")) {
        boolean wanted = pattern.charAt(at - 1) == '=';
        Node inside = alternatives(new End());
        close(begin);
        depth--;
        refuseRepeated();
        return next -> new Ahead(inside, wanted, next);
      }
      if (takeAll("(?i:")) {
        ignoresCase = true;
      } else if (!takeAll("(?:") && (pattern.startsWith("(?", at) || !take('('))) {
        throw refused("this kind of group");
      }
      int inside = at;
      alternatives(new End()); // to find its end; read again when what follows is known
      close(begin);
      depth--;
      boolean ignores = ignoresCase;
      ignoresCase = outer;
      boolean optional = take('?');
      refuseRepeated();
      return next -> {
        int back = at;
        boolean backIgnores = ignoresCase;
        at = inside;
        ignoresCase = ignores;
        Node node = alternatives(next);
        at = back;
        ignoresCase = backIgnores;
        return optional ? new Alternatives(List.of(node, next)) : node;
      };
    }

    private void close(int begin) {
      if (!take(')')) {
        at = begin;
        throw refused("a group without an end");
      }
    }

    private IntPredicate single() {
      char c = pattern.charAt(at);
      if (c == '[') {
        at++;
        return characterClass();
      }
      if (c == '\\') {
        return escape(CodePointClasses.INSTANCE.of("regex-word"));
      }
      if (c == '.') {
        at++;
        return codePoint -> codePoint != '\n';
      }
      if ("^$*+?{".indexOf(c) >= 0) {
        throw refused("'" + c + "' here");
      }
      return literal(codePoint());
    }

    private IntPredicate literal(int wanted) {
      if (!ignoresCase) {
        return codePoint -> codePoint == wanted;
      }
      if (wanted >= 0x80) {
        throw refused("(?i: with a character beyond ASCII");
      }
      String rest = pattern.substring(Math.max(0, at - 1)).toLowerCase(Locale.ROOT);
      for (String folded : List.of("ss", "st", "ff", "fi", "fl")) {
        if (rest.startsWith(folded)) {
          throw refused("(?i: with " + folded + ", which one character can stand for");
        }
      }
      int lower = Character.toLowerCase(wanted);
      int upper = Character.toUpperCase(wanted);
      int other = lower == 's' ? 0x17F : lower == 'k' ? 0x212A : wanted;
      return codePoint -> codePoint == lower || codePoint == upper || codePoint == other;
    }

    private IntPredicate characterClass() {
      boolean negated = take('^');
      IntPredicate members = codePoint -> false;
      boolean empty = true;
      while (!take(']')) {
        if (at >= pattern.length()) {
          throw refused("a class without an end");
        }
        if (pattern.charAt(at) == '[' || pattern.startsWith("&&", at)) {
          throw refused("a class within a class");
        }
        if (pattern.charAt(at) == '-' && !empty && !pattern.startsWith("-]", at)) {
          throw refused("'-' here");
        }
        members = members.or(classMember());
        empty = false;
      }
      if (empty) {
        throw refused("an empty class");
      }
      return negated ? members.negate() : members;
    }

    private IntPredicate classMember() {
      if (pattern.charAt(at) == '\\' && !isEscapedCharacter()) {
        return escape(wordWithinClass());
      }
      int first = pattern.charAt(at) == '\\' ? escapedCharacter() : codePoint();
      boolean range =
          pattern.startsWith("-", at) && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']';
      if (!range) {
        return literal(first);
      }
      at++;
      if (pattern.charAt(at) == '[' || (pattern.charAt(at) == '\\' && !isEscapedCharacter())) {
        throw refused("this range");
      }
      int last = pattern.charAt(at) == '\\' ? escapedCharacter() : codePoint();
      if (last < first || ignoresCase) {
        throw refused("this range");
      }
      return codePoint -> codePoint >= first && codePoint <= last;
    }

    /** Whether the escape at hand stands for one character, not for a class of them. */
    private boolean isEscapedCharacter() {
      return at + 1 < pattern.length() && "pPsSdDwWRXbBAzZGKk".indexOf(pattern.charAt(at + 1)) < 0;
    }

    /**
     * Oniguruma takes superscript digits and fractions for word characters outside classes only.
     */
    private static IntPredicate wordWithinClass() {
      return CodePointClasses.INSTANCE
          .of("regex-word")
          .and(CodePointClasses.INSTANCE.of("No").negate());
    }

    private IntPredicate escape(IntPredicate word) {
      if (isEscapedCharacter()) {
        return literal(escapedCharacter());
      }
      CodePointClasses classes = CodePointClasses.INSTANCE;
      at += 2;
      if (at > pattern.length()) {
        throw refused("a backslash at the end");
      }
      char kind = pattern.charAt(at - 1);
      return switch (kind) {
        case 's' -> CodePointClasses::isSpace;
        case 'S' -> codePoint -> !CodePointClasses.isSpace(codePoint);
        case 'd' -> classes.of("Nd");
        case 'D' -> classes.of("Nd").negate();
        case 'w' -> word;
        case 'W' -> word.negate();
        case 'p', 'P' -> category(kind == 'P');
        default -> throw refused("\\" + kind);
      };
    }

    private IntPredicate category(boolean negated) {
      int end = pattern.indexOf('}', at);
      if (!take('{') || end < 0) {
        throw refused("\\p without {}");
      }
      String name = pattern.substring(at, end);
      if (!CodePointClasses.INSTANCE.isCategory(name) || name.startsWith("C")) {
        throw refused("\\p{" + name + "}");
      }
      at = end + 1;
      IntPredicate members = CodePointClasses.INSTANCE.of(name);
      return negated ? members.negate() : members;
    }

    private int escapedCharacter() {
      at++;
      char c = pattern.charAt(at++);
      return switch (c) {
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case 'f' -> '\f';
        case 'v' -> 0xB;
        case 'u' -> hex(4);
        case 'x' -> hex(2);
        default -> {
          if (Character.isLetterOrDigit(c)) {
            throw refused("\\" + c);
          }
          at--;
          yield codePoint();
        }
      };
    }

    private int hex(int digits) {
      try {
        int value = Integer.parseInt(pattern.substring(at, at + digits), 16);
        at += digits;
        return value;
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw refused("this escape");
      }
    }

    private int codePoint() {
      int codePoint = pattern.codePointAt(at);
      at += Character.charCount(codePoint);
      return codePoint;
    }

    private int number() {
      int value = 0;
      int begin = at;
      while (at < pattern.length() && Character.digit(pattern.charAt(at), 10) >= 0) {
        value = value * 10 + Character.digit(pattern.charAt(at++), 10);
        if (value > 1000) {
          throw refused("a count above 1000");
        }
      }
      if (at == begin) {
        throw refused("this count");
      }
      return value;
    }

    private boolean take(char wanted) {
      if (at < pattern.length() && pattern.charAt(at) == wanted) {
        at++;
        return true;
      }
      return false;
    }

    private boolean takeAll(String wanted) {
      if (pattern.startsWith(wanted, at)) {
        at += wanted.length();
        return true;
      }
      return false;
    }

    /** Only single characters are repeated, and once. */
    private void refuseRepeated() {
      if (at < pattern.length() && "?*+{".indexOf(pattern.charAt(at)) >= 0) {
        throw refused("'" + pattern.charAt(at) + "' here");
      }
    }

    UnsupportedTokenizerException refused(String what) {
      return new UnsupportedTokenizerException(
          "the pattern " + pattern + " has " + what + ", which is not supported (at " + at + ")");
    }
  }

  /** A part of a sequence, made once what follows it is known. */
  @FunctionalInterface
  private interface Part {
    Node before(Node next);
  }
}
