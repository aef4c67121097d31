package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.text.Normalizer;
import org.unbescape.html.HtmlEscape;

/**
 * Makes a caption plain: no HTML entities, nothing that cannot be seen, NFC, single spaces.
 *
 * <p>Cleaning a cleaned caption changes nothing. To that end entities are decoded and {@link
 * VisibleText} applied again until the text stays the same, which an honest caption does after one
 * or two rounds. A text that still changes after {@value #DECODING_ROUNDS} rounds is escaped on
 * purpose; each of its ampersands then becomes a space, so that nothing is left to decode.
 *
 * <p>Rejects: {@code CAPTION_TOO_LONG} by the bytes as received, before anything else; {@code
 * CAPTION_NOT_UTF8} for half of a surrogate pair; {@code CAPTION_TOO_SHORT} if nothing is left.
 */
public final class CleanCaption implements Step<ReceivedCaption, CleanedCaption> {

  private static final int DECODING_ROUNDS = 8;

  /** Without ampersands the text settles within two rounds; the rest is reserve. */
  private static final int ALL_ROUNDS = DECODING_ROUNDS + 8;

  private final Limits limits;

  public CleanCaption(Limits limits) {
    this.limits = limits;
  }

  @Override
  public Outcome<CleanedCaption> apply(ReceivedCaption caption) {
    long bytes = utf8Bytes(caption.text());
    if (bytes > limits.maxBytes()) {
      return Outcome.rejected(
          RejectReason.CAPTION_TOO_LONG,
          "the caption has "
              + bytes
              + " bytes in UTF-8; it may have at most "
              + limits.maxBytes()
              + " bytes",
          bytes + " bytes",
          limits.maxBytes() + " bytes");
    }
    int lone = indexOfLoneSurrogate(caption.text());
    if (lone >= 0) {
      return Outcome.rejected(
          RejectReason.CAPTION_NOT_UTF8,
          "the caption holds half of a surrogate pair, which no text in UTF-8 can",
          String.format("U+%04X", (int) caption.text().charAt(lone)),
          "");
    }
    String text = clean(caption.text());
    if (text.isEmpty()) {
      return Outcome.rejected(
          RejectReason.CAPTION_TOO_SHORT,
          "nothing is left of the caption once entities are decoded and invisible characters and"
              + " spaces removed",
          "0 characters",
          "1 character");
    }
    return Outcome.kept(new CleanedCaption(text, CaptionLanguage.of(caption.languageHint(), text)));
  }

  private static String clean(String received) {
    if (isPlain(received)) {
      return received;
    }
    String text = received;
    for (int round = 1; round <= ALL_ROUNDS; round++) {
      if (round > DECODING_ROUNDS) {
        text = text.replace('&', ' ');
      }
      String next =
          Normalizer.normalize(VisibleText.of(HtmlEscape.unescapeHtml(text)), Normalizer.Form.NFC);
      if (next.equals(text)) {
        break;
      }
      text = next;
    }
    return text;
  }

  /** Whether nothing is to clean: printable ASCII, single spaces between, no ampersand. */
  private static boolean isPlain(String text) {
    char previous = ' ';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '&' || (c == ' ' && previous == ' ')) {
        return false;
      }
      previous = c;
    }
    return previous != ' ';
  }

  private static long utf8Bytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Each half of a surrogate pair counts for half of the pair's 4 bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  private static int indexOfLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        return i;
      }
      i += Character.charCount(codePoint);
    }
    return -1;
  }

  /**
   * How much caption is worth looking at.
   *
   * @param maxBytes largest allowed size as received, in bytes of UTF-8; 1 to 1048576
   */
  public record Limits(int maxBytes) {

    /** Reads {@code caption.max-bytes}. */
    public static Limits from(RecipeReader recipe) {
      return new Limits(recipe.integer("caption.max-bytes", 8192, 1, 1_048_576));
    }
  }
}
