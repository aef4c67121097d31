package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** How a tokenizer.json cuts normalized text in pieces. Thread-safe. */
@FunctionalInterface
interface PreTokenizer {

  /**
   * A piece of text.
   *
   * @param text never empty
   * @param first whether the piece begins where the whole text begins
   */
  record Piece(String text, boolean first) {}

  /** What separates pieces. */
  @FunctionalInterface
  interface Separators {

    /** For one text: where the separator ends that begins at a place; the place if none does. */
    IntUnaryOperator in(String text);

    /** Each member of a class is one. */
    static Separators of(IntPredicate members) {
      return text ->
          from -> {
            int codePoint = text.codePointAt(from);
            return members.test(codePoint) ? from + Character.charCount(codePoint) : from;
          };
    }
  }

  /** What becomes of the separators; the names are the file's. */
  enum Behavior {
    REMOVED,
    ISOLATED,
    MERGED_WITH_PREVIOUS,
    MERGED_WITH_NEXT,
    CONTIGUOUS;

    /** Whether a part goes with the one before it. */
    private boolean joins(Cut before, Cut cut) {
      return switch (this) {
        case REMOVED, ISOLATED -> false;
        case MERGED_WITH_PREVIOUS -> cut.separator() && !before.separator();
        case MERGED_WITH_NEXT -> before.separator() && !cut.separator();
        case CONTIGUOUS -> before.separator() == cut.separator();
      };
    }
  }

  /** Adds what the piece is cut into. */
  void split(Piece piece, List<Piece> out);

  /** This one, then {@code next} on each piece. */
  default PreTokenizer then(PreTokenizer next) {
    return (piece, out) -> {
      List<Piece> pieces = new ArrayList<>();
      split(piece, pieces);
      pieces.forEach(part -> next.split(part, out));
    };
  }

  /** At the separators; {@code inverted}: what lies between them separates. */
  static PreTokenizer at(Separators separators, Behavior behavior, boolean inverted) {
    return (piece, out) -> {
      List<Cut> cuts = Cut.all(piece.text(), separators, inverted);
      for (int i = 0; i < cuts.size(); ) {
        Cut first = cuts.get(i++);
        while (i < cuts.size() && behavior.joins(cuts.get(i - 1), cuts.get(i))) {
          i++;
        }
        if (behavior != Behavior.REMOVED || !first.separator()) {
          String text = piece.text().substring(first.begin(), cuts.get(i - 1).end());
          out.add(new Piece(text, piece.first() && first.begin() == 0));
        }
      }
    };
  }

  /** Runs of word characters, and runs of what is neither that nor white space. */
  static PreTokenizer words() {
    IntPredicate word = CodePointClasses.INSTANCE.of("word");
    IntPredicate sign = c -> !word.test(c) && !CodePointClasses.isSpace(c);
    return at(Separators.of(CodePointClasses::isSpace), Behavior.REMOVED, false)
        .then(at(Separators.of(sign), Behavior.CONTIGUOUS, false));
  }

  /** BERT's: words, and punctuation one by one. */
  static PreTokenizer bert() {
    IntPredicate punctuation = CodePointClasses.INSTANCE.of("punctuation");
    return at(Separators.of(CodePointClasses::isSpace), Behavior.REMOVED, false)
        .then(at(Separators.of(punctuation), Behavior.ISOLATED, false));
  }

  /** GPT-2's pieces, with {@link ByteLetters} for their bytes. */
  static PreTokenizer byteLevel(boolean addsSpace, boolean cuts) {
    return (piece, out) -> {
      String text = addsSpace && !piece.text().startsWith(" ") ? " " + piece.text() : piece.text();
      for (int begin = 0; begin < text.length(); ) {
        int end = cuts ? WordPattern.gpt2End(text, begin) : text.length();
        out.add(new Piece(letters(text.substring(begin, end)), piece.first() && begin == 0));
        begin = end;
      }
    };
  }

  private static String letters(String text) {
    StringBuilder letters = new StringBuilder(text.length() + 8);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      letters.append(ByteLetters.letter(b & 0xFF));
    }
    return letters.toString();
  }

  /**
   * SentencePiece's: a mark for each space, and one before a piece where {@code prepends} says so;
   * cut before each mark.
   */
  static PreTokenizer metaspace(int mark, Prepend prepends, boolean cuts) {
    String sign = Character.toString(mark);
    PreTokenizer marked =
        (piece, out) -> {
          String text = piece.text().replace(" ", sign);
          boolean prefixed =
              !text.startsWith(sign)
                  && (prepends == Prepend.ALWAYS || (prepends == Prepend.FIRST && piece.first()));
          out.add(new Piece(prefixed ? sign + text : text, piece.first()));
        };
    return cuts
        ? marked.then(at(Separators.of(c -> c == mark), Behavior.MERGED_WITH_NEXT, false))
        : marked;
  }

  /** Which pieces get a mark that they do not begin with; the names are the file's. */
  enum Prepend {
    ALWAYS,
    FIRST,
    NEVER
  }

  /** A part of a text, and whether it separates. */
  record Cut(int begin, int end, boolean separator) {

    private static List<Cut> all(String text, Separators separators, boolean inverted) {
      IntUnaryOperator ends = separators.in(text);
      List<Cut> cuts = new ArrayList<>();
      int begin = 0;
      for (int i = 0; i < text.length(); ) {
        int end = ends.applyAsInt(i);
        if (end > i) {
          if (begin < i) {
            cuts.add(new Cut(begin, i, inverted));
          }
          cuts.add(new Cut(i, end, !inverted));
          begin = end;
          i = end;
        } else {
          i += Character.charCount(text.codePointAt(i));
        }
      }
      if (begin < text.length()) {
        cuts.add(new Cut(begin, text.length(), inverted));
      }
      return cuts;
    }
  }
}
