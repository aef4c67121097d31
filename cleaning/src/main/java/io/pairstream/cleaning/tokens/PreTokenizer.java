package io.pairstream.cleaning.tokens;

import static io.pairstream.cleaning.tokens.TokenizerParts.pattern;
import static io.pairstream.cleaning.tokens.TokenizerParts.refused;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a tokenizer.json cuts normalized text in pieces. Thread-safe. */
@FunctionalInterface
interface PreTokenizer {

  /** Punctuation beside Unicode's: the other signs of ASCII. */
  String PUNCTUATION = "[\\p{P}$+<=>^`|~]";

  List<String> BEHAVIORS =
      List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");

  /**
   * A piece of text.
   *
   * @param text never empty
   * @param first whether the piece begins where the whole text begins
   */
  record Piece(String text, boolean first) {}

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

  /** Reads the part of that name. */
  static PreTokenizer of(JsonNode part) {
    PreTokenizer nothing = (piece, out) -> out.add(piece);
    return switch (TokenizerParts.type(part)) {
      case "" -> nothing;
      case "Sequence" ->
          TokenizerParts.elements(part, "pretokenizers")
              .map(PreTokenizer::of)
              .reduce(nothing, PreTokenizer::then);
      case "ByteLevel" -> byteLevel(part);
      case "Whitespace" -> at(pattern("\\w+|[^\\w\\s]+"), "Removed", true);
      case "WhitespaceSplit" -> at(pattern("\\s"), "Removed", false);
      case "BertPreTokenizer" ->
          at(pattern("\\s"), "Removed", false).then(at(pattern(PUNCTUATION), "Isolated", false));
      case "Punctuation" ->
          at(pattern(PUNCTUATION), part.path("behavior").asText("Isolated"), false);
      case "Digits" ->
          at(
              pattern("\\p{N}"),
              part.path("individual_digits").asBoolean() ? "Isolated" : "Contiguous",
              false);
      case "Metaspace" -> metaspace(part);
      case "Split" ->
          at(pattern(part), part.path("behavior").asText(), part.path("invert").asBoolean());
      default -> throw TokenizerParts.unknown("pre-tokenizer", part);
    };
  }

  /**
   * Cuts at the separators.
   *
   * @param inverted whether the separators are the parts between the matches
   */
  private static PreTokenizer at(Pattern separator, String behavior, boolean inverted) {
    if (!BEHAVIORS.contains(behavior)) {
      throw refused("the behavior '" + behavior + "' is not supported");
    }
    return (piece, out) -> {
      List<Cut> cuts = Cut.all(piece.text(), separator, inverted);
      for (int i = 0; i < cuts.size(); ) {
        Cut first = cuts.get(i++);
        while (i < cuts.size() && cuts.get(i).joins(cuts.get(i - 1), behavior)) {
          i++;
        }
        if (!behavior.equals("Removed") || !first.separates()) {
          String text = piece.text().substring(first.begin(), cuts.get(i - 1).end());
          out.add(new Piece(text, piece.first() && first.begin() == 0));
        }
      }
    };
  }

  /** GPT-2's pieces, with {@link ByteLetters} for their bytes. */
  private static PreTokenizer byteLevel(JsonNode part) {
    boolean addsSpace = part.path("add_prefix_space").asBoolean(true);
    PreTokenizer spaced =
        (piece, out) ->
            out.add(
                addsSpace && !piece.text().startsWith(" ")
                    ? new Piece(" " + piece.text(), piece.first())
                    : piece);
    PreTokenizer cut =
        part.path("use_regex").asBoolean(true)
            ? spaced.then(at(Gpt2Vocabulary.PIECE, "Isolated", false))
            : spaced;
    return cut.then(
        (piece, out) -> out.add(new Piece(ByteLetters.of(piece.text()), piece.first())));
  }

  /**
   * SentencePiece's cutting: a mark for each space, and one before a piece where the scheme says
   * so; cut before each mark.
   */
  private static PreTokenizer metaspace(JsonNode part) {
    String mark = part.path("replacement").asText("\u2581");
    boolean prefixes = part.path("add_prefix_space").asBoolean(true);
    String scheme = part.path("prepend_scheme").asText(prefixes ? "always" : "never");
    if (!List.of("always", "first", "never").contains(scheme)) {
      throw refused("the prepend_scheme '" + scheme + "' is not supported");
    }
    PreTokenizer marked =
        (piece, out) -> {
          String text = piece.text().replace(" ", mark);
          boolean prefixed =
              !text.startsWith(mark)
                  && (scheme.equals("always") || (scheme.equals("first") && piece.first()));
          out.add(new Piece(prefixed ? mark + text : text, piece.first()));
        };
    return part.path("split").asBoolean(true)
        ? marked.then(at(Pattern.compile(mark, Pattern.LITERAL), "MergedWithNext", false))
        : marked;
  }

  /** A part of a text, and whether it separates. */
  record Cut(int begin, int end, boolean separates) {

    private static List<Cut> all(String text, Pattern separator, boolean inverted) {
      List<Cut> cuts = new ArrayList<>();
      Matcher found = separator.matcher(text);
      int done = 0;
      while (found.find()) {
        if (done < found.start()) {
          cuts.add(new Cut(done, found.start(), inverted));
        }
        if (found.start() < found.end()) {
          cuts.add(new Cut(found.start(), found.end(), !inverted));
        }
        done = found.end();
      }
      if (done < text.length()) {
        cuts.add(new Cut(done, text.length(), inverted));
      }
      return cuts;
    }

    private boolean joins(Cut before, String behavior) {
      return switch (behavior) {
        case "MergedWithPrevious" -> separates && !before.separates;
        case "MergedWithNext" -> before.separates && !separates;
        case "Contiguous" -> before.separates == separates;
        default -> false;
      };
    }
  }
}
