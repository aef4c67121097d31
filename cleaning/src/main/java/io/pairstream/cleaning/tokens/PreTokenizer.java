package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;

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

  /** What becomes of the separators that a pattern finds. */
  enum Separator {
    REMOVED,
    ISOLATED,
    MERGED_WITH_PREVIOUS,
    MERGED_WITH_NEXT,
    CONTIGUOUS
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

  /** At the matches of a pattern; {@code inverted}: at what lies between them. */
  static PreTokenizer at(SplitPattern pattern, Separator separator, boolean inverted) {
    return (piece, out) -> {
      String text = piece.text();
      List<Cut> cuts = new ArrayList<>();
      int begin = 0;
      for (int i = 0; i < text.length(); ) {
        int end = pattern.end(text, i);
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
      join(cuts, separator).forEach(cut -> cut.add(piece, out));
    };
  }

  /** At each member of a class. */
  static PreTokenizer atEach(IntPredicate members, Separator separator) {
    return (piece, out) -> {
      String text = piece.text();
      List<Cut> cuts = new ArrayList<>();
      int begin = 0;
      for (int i = 0; i < text.length(); ) {
        int codePoint = text.codePointAt(i);
        int end = i + Character.charCount(codePoint);
        if (members.test(codePoint)) {
          if (begin < i) {
            cuts.add(new Cut(begin, i, false));
          }
          cuts.add(new Cut(i, end, true));
          begin = end;
        }
        i = end;
      }
      if (begin < text.length()) {
        cuts.add(new Cut(begin, text.length(), false));
      }
      join(cuts, separator).forEach(cut -> cut.add(piece, out));
    };
  }

  /** Runs of word characters, and runs of what is neither that nor white space. */
  static PreTokenizer words() {
    IntPredicate word = CodePointClasses.INSTANCE.of("word");
    return (piece, out) -> {
      String text = piece.text();
      int begin = 0;
      while (begin < text.length()) {
        int kind = kind(word, text.codePointAt(begin));
        int end = begin;
        while (end < text.length() && kind(word, text.codePointAt(end)) == kind) {
          end += Character.charCount(text.codePointAt(end));
        }
        if (kind != 0) {
          new Cut(begin, end, false).add(piece, out);
        }
        begin = end;
      }
    };
  }

  private static int kind(IntPredicate word, int codePoint) {
    return CodePointClasses.isSpace(codePoint) ? 0 : word.test(codePoint) ? 1 : 2;
  }

  /** BERT's: words, and punctuation one by one. */
  static PreTokenizer bert() {
    return atEach(CodePointClasses::isSpace, Separator.REMOVED)
        .then(atEach(CodePointClasses.INSTANCE.of("punctuation"), Separator.ISOLATED));
  }

  /** GPT-2's pieces, with {@link ByteLetters} for their bytes. */
  static PreTokenizer byteLevel(boolean addsSpace, boolean cuts) {
    Gpt2Pattern pattern = new Gpt2Pattern(CharacterClasses.INSTANCE);
    return (piece, out) -> {
      String text = addsSpace && !piece.text().startsWith(" ") ? " " + piece.text() : piece.text();
      for (int begin = 0; begin < text.length(); ) {
        int end = cuts ? pattern.pieceEnd(text, begin) : text.length();
        out.add(new Piece(letters(text.substring(begin, end)), piece.first() && begin == 0));
        begin = end;
      }
    };
  }

  /** The text's bytes, each as its letter. */
  static String letters(String text) {
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
    PreTokenizer cut = atEach(codePoint -> codePoint == mark, Separator.MERGED_WITH_NEXT);
    return (piece, out) -> {
      String text = piece.text().replace(" ", sign);
      boolean prefixed =
          !text.startsWith(sign)
              && (prepends == Prepend.ALWAYS || (prepends == Prepend.FIRST && piece.first()));
      Piece marked = new Piece(prefixed ? sign + text : text, piece.first());
      if (cuts) {
        cut.split(marked, out);
      } else {
        out.add(marked);
      }
    };
  }

  /** Which pieces get a mark that they do not begin with. */
  enum Prepend {
    ALWAYS,
    FIRST,
    NEVER
  }

  /** Joins separators with their neighbours, or leaves them out. */
  private static List<Cut> join(List<Cut> cuts, Separator separator) {
    List<Cut> joined = new ArrayList<>(cuts.size());
    switch (separator) {
      case ISOLATED -> joined.addAll(cuts);
      case REMOVED -> cuts.stream().filter(cut -> !cut.separator()).forEach(joined::add);
      case CONTIGUOUS -> {
        for (Cut cut : cuts) {
          Cut last = last(joined);
          if (last != null && last.separator() == cut.separator()) {
            joined.set(joined.size() - 1, new Cut(last.begin(), cut.end(), cut.separator()));
          } else {
            joined.add(cut);
          }
        }
      }
      case MERGED_WITH_PREVIOUS -> {
        boolean before = false;
        for (Cut cut : cuts) {
          if (cut.separator() && !before && !joined.isEmpty()) {
            Cut last = last(joined);
            joined.set(joined.size() - 1, new Cut(last.begin(), cut.end(), false));
          } else {
            joined.add(cut);
          }
          before = cut.separator();
        }
      }
      case MERGED_WITH_NEXT -> {
        boolean behind = false;
        for (int i = cuts.size() - 1; i >= 0; i--) {
          Cut cut = cuts.get(i);
          if (cut.separator() && !behind && !joined.isEmpty()) {
            Cut last = last(joined);
            joined.set(joined.size() - 1, new Cut(cut.begin(), last.end(), false));
          } else {
            joined.add(cut);
          }
          behind = cut.separator();
        }
        Collections.reverse(joined);
      }
    }
    return joined;
  }

  private static Cut last(List<Cut> cuts) {
    return cuts.isEmpty() ? null : cuts.get(cuts.size() - 1);
  }

  /** A part of a piece, and whether it is one that the pattern found. */
  record Cut(int begin, int end, boolean separator) {

    void add(Piece piece, List<Piece> out) {
      if (begin < end) {
        out.add(new Piece(piece.text().substring(begin, end), piece.first() && begin == 0));
      }
    }
  }
}
