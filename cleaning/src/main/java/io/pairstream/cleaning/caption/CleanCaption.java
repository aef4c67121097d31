package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.unbescape.html.HtmlEscape;

/**
 * Makes a caption plain: the words that describe the image, and nothing else.
 *
 * <p>In this order:
 *
 * <ol>
 *   <li>HTML entities are decoded;
 *   <li>UTF-8 that was read as Windows-1252 or Latin-1 is repaired ({@link Mojibake}), and so are
 *       older encodings ({@link LegacyMojibake});
 *   <li>full-width letters and digits become ordinary ones ({@link Width});
 *   <li>HTML tags and Markdown links go, their words stay ({@link Markup});
 *   <li>web addresses ({@link Links}), e-mail addresses ({@link SpanFinder}) and telephone numbers
 *       ({@link PhoneNumbers}) go;
 *   <li>hashtags become words ({@link Hashtags});
 *   <li>emoji go, where the recipe says so;
 *   <li>control, bidirectional and other invisible characters go, white space becomes single spaces
 *       ({@link VisibleText});
 *   <li>NFC.
 * </ol>
 *
 * <p>All of it is done again until the text stays the same, which an honest caption does after one
 * or two rounds, so that cleaning a cleaned caption changes nothing. A text that still changes
 * after {@value #HONEST_ROUNDS} rounds is escaped on purpose; each of its ampersands then becomes a
 * space, and two rounds later each angle bracket. Takes time in proportion to the text.
 *
 * <p>Rejects: {@code CAPTION_TOO_LONG} by the bytes as received, before anything else; {@code
 * CAPTION_NOT_UTF8} for half of a surrogate pair; {@code CAPTION_TANGLED} if the text still
 * changes; {@code CAPTION_TOO_SHORT} if nothing is left; {@code CAPTION_HAS_LINK} and {@code
 * CAPTION_HAS_CONTACT} where the recipe rejects what it could remove.
 */
public final class CleanCaption implements Step<ReceivedCaption, CleanedCaption> {

  private static final int HONEST_ROUNDS = 8;

  private static final int ALL_ROUNDS = HONEST_ROUNDS + 8;

  /**
   * The blocks of pictographs, the older symbols that are drawn in colour, the enclosing keycap,
   * and any symbol that a variation selector makes an emoji.
   *
   * @see <a href="https://www.unicode.org/reports/tr51/">UTS #51</a>
   */
  static final Pattern EMOJI =
      Pattern.compile(
          "[\\x{20E3}\\x{231A}\\x{231B}\\x{2328}\\x{23CF}\\x{23E9}-\\x{23FA}\\x{2600}-\\x{27BF}"
              + "\\x{2B1B}\\x{2B1C}\\x{2B50}\\x{2B55}\\x{1F000}-\\x{1FAFF}]"
              + "|[^\\p{L}\\p{Nd}\\x{0}-\\x{7F}](?=\\x{FE0F})");

  private static final Links LINKS = new Links();
  private static final SpanFinder EMAILS = SpanFinder.emailAddresses();
  private static final PhoneNumbers PHONE_NUMBERS = new PhoneNumbers();

  private final int maxBytes;
  private final boolean repairsMojibake;
  private final boolean foldsWidth;
  private final boolean stripsMarkup;
  private final Treatment links;
  private final Treatment emails;
  private final Treatment phoneNumbers;
  private final HashtagTreatment hashtags;
  private final boolean keepsEmoji;

  /**
   * Reads {@code caption.max-bytes} of UTF-8 as received, {@code caption.mojibake}, {@code
   * caption.width}, {@code caption.markup}, {@code caption.links}, {@code caption.emails}, {@code
   * caption.phone-numbers}, {@code caption.hashtags} and {@code caption.emoji}.
   */
  public CleanCaption(RecipeReader recipe) {
    maxBytes = recipe.integer("caption.max-bytes", 8192, 1, 1_048_576);
    repairsMojibake = recipe.isFirst("caption.mojibake", "repair", "keep");
    foldsWidth = recipe.isFirst("caption.width", "fold", "keep");
    stripsMarkup = recipe.isFirst("caption.markup", "strip", "keep");
    links = recipe.choice("caption.links", Treatment.REMOVE);
    emails = recipe.choice("caption.emails", Treatment.REMOVE);
    phoneNumbers = recipe.choice("caption.phone-numbers", Treatment.REMOVE);
    hashtags = recipe.choice("caption.hashtags", HashtagTreatment.WORDS);
    keepsEmoji = recipe.isFirst("caption.emoji", "keep", "remove");
  }

  @Override
  public String inWords() {
    return ("keeps captions of at most %s bytes; makes them plain: mojibake %s, entities decoded,"
            + " markup %s, links %s, e-mail addresses %s, phone numbers %s, hashtags %s, emoji %s,"
            + " wide forms %s, nothing invisible, NFC, single spaces")
        .formatted(
            maxBytes,
            repairsMojibake ? "repaired" : "kept",
            stripsMarkup ? "stripped" : "kept",
            links.inWords,
            emails.inWords,
            phoneNumbers.inWords,
            hashtags.inWords,
            keepsEmoji ? "kept" : "removed",
            foldsWidth ? "folded" : "kept");
  }

  @Override
  public Outcome<CleanedCaption> apply(ReceivedCaption caption) {
    int bytes = caption.text().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > maxBytes) {
      return Outcome.rejected(
          RejectReason.CAPTION_TOO_LONG,
          "the caption has %s bytes in UTF-8; it may have at most %s bytes"
              .formatted(bytes, maxBytes),
          Measured.atMost("caption_bytes", bytes, maxBytes, "bytes"));
    }
    String language = LanguageTag.ofHint(caption.languageHint());
    if (isPlain(caption.text())) {
      return Outcome.kept(new CleanedCaption(caption.text(), language));
    }
    OptionalInt lone =
        caption.text().codePoints().filter(CleanCaption::isHalfOfASurrogatePair).findFirst();
    if (lone.isPresent()) {
      return Outcome.rejected(
          RejectReason.CAPTION_NOT_UTF8,
          "the caption holds half of a surrogate pair, which no text in UTF-8 can",
          Measured.text(String.format("U+%04X", lone.getAsInt()), ""));
    }
    return clean(caption.text())
        .then(this::refuseUnwanted)
        .map(text -> new CleanedCaption(text, language));
  }

  private Outcome<String> clean(String received) {
    String text = received;
    for (int round = 1; round <= ALL_ROUNDS; round++) {
      if (round > HONEST_ROUNDS) {
        text = text.replace('&', ' ');
      }
      if (round > HONEST_ROUNDS + 2) {
        text = text.replace('<', ' ');
      }
      String next = cleanOnce(text);
      if (next.equals(text)) {
        return Outcome.kept(text);
      }
      text = next;
    }
    return Outcome.rejected(
        RejectReason.CAPTION_TANGLED,
        "what is to be removed from the caption is nested so deep that there is always more of it",
        Measured.number("cleaning_rounds", ALL_ROUNDS, "rounds_of_cleaning"));
  }

  private String cleanOnce(String received) {
    String text = received.indexOf('&') < 0 ? received : HtmlEscape.unescapeHtml(received);
    if (repairsMojibake) {
      text = Mojibake.repaired(text);
    }
    if (foldsWidth) {
      text = Width.folded(text);
    }
    if (stripsMarkup) {
      text = Markup.removedFrom(text);
    }
    text = treat(text, LINKS, links, "[link]");
    text = treat(text, EMAILS, emails, "[e-mail]");
    text = treat(text, PHONE_NUMBERS, phoneNumbers, "[phone]");
    text =
        switch (hashtags) {
          case KEEP -> text;
          case REMOVE -> Hashtags.TAGS.removedFrom(text);
          case WORDS -> Hashtags.asWordsIn(text);
        };
    if (!keepsEmoji) {
      text = EMOJI.matcher(text).replaceAll(" ");
    }
    return Normalizer.normalize(VisibleText.of(text), Normalizer.Form.NFC);
  }

  private static String treat(String text, SpanFinder finder, Treatment treatment, String mask) {
    return switch (treatment) {
      case REMOVE -> finder.removedFrom(text);
      case MASK -> finder.maskedIn(text, mask);
      case KEEP, REJECT -> text;
    };
  }

  private Outcome<String> refuseUnwanted(String text) {
    if (text.isEmpty()) {
      return Outcome.rejected(
          RejectReason.CAPTION_TOO_SHORT,
          "nothing is left of the caption once it is cleaned",
          Measured.atLeast("caption_characters", 0, 1, "characters"));
    }
    if (links == Treatment.REJECT && LINKS.isIn(text)) {
      return refused(RejectReason.CAPTION_HAS_LINK, "a web address");
    }
    if (emails == Treatment.REJECT && EMAILS.isIn(text)) {
      return refused(RejectReason.CAPTION_HAS_CONTACT, "an e-mail address");
    }
    if (phoneNumbers == Treatment.REJECT && PHONE_NUMBERS.isIn(text)) {
      return refused(RejectReason.CAPTION_HAS_CONTACT, "a telephone number");
    }
    return Outcome.kept(text);
  }

  private static Outcome<String> refused(RejectReason reason, String what) {
    return Outcome.rejected(reason, "the caption holds " + what + ", which this recipe refuses");
  }

  /**
   * Whether the caption is clean under any recipe: printable ASCII with single spaces between, and
   * no sign of an entity, a tag, an address, a hashtag or a telephone number.
   */
  private static boolean isPlain(String text) {
    char previous = ' ';
    int digits = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || (c == ' ' && previous == ' ')) {
        return false;
      }
      if (c < 'A') {
        if (c == '&' || c == '<' || c == '@' || c == '#' || Links.hintsAt(c, previous)) {
          return false;
        }
        if (c >= '0' && c <= '9' && ++digits >= PhoneNumbers.FEWEST_DIGITS) {
          return false;
        }
      } else if (c == ']') {
        return false;
      }
      previous = c;
    }
    return previous != ' ';
  }

  private static boolean isHalfOfASurrogatePair(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  /** Treatment of hashtags. */
  enum HashtagTreatment {
    /** The number sign goes, and the tag is split into its words. */
    WORDS("made words"),

    /** Hashtags are removed. */
    REMOVE("removed"),

    /** Hashtags are kept. */
    KEEP("kept");

    private final String inWords;

    HashtagTreatment(String inWords) {
      this.inWords = inWords;
    }
  }

  /** Treatment of text that does not describe the image: a link, an address, a number. */
  enum Treatment {
    /** The text is removed, and the rest of the caption is kept. */
    REMOVE("removed"),

    /** A word in brackets takes its place. */
    MASK("masked"),

    /** The text is kept. */
    KEEP("kept"),

    /** The caption is rejected. */
    REJECT("rejected with the caption");

    private final String inWords;

    Treatment(String inWords) {
      this.inWords = inWords;
    }
  }
}
