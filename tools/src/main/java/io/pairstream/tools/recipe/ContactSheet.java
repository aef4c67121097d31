package io.pairstream.tools.recipe;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.image.Thumbnail;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.OneLine;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Utils;

/**
 * A page that shows what a recipe keeps, as the model will see it, and what it rejects, and why.
 *
 * <p>One file that needs no other and runs no script. Its pixels come from an image worker: an
 * original is never put before a browser. For one thread.
 */
public final class ContactSheet {

  /** The first so many pairs of each verdict are shown. */
  static final int MOST_SHOWN = 24;

  private static final int SIZE_PX = 320;
  private static final String KEPT = "Kept, as the model sees them";

  private final ImageWorker worker;
  private final int mostShown;
  private final Map<String, List<String>> cards = new TreeMap<>();

  /** A page of the first few pairs of each verdict. */
  public ContactSheet(ImageWorker worker) {
    this(worker, MOST_SHOWN);
  }

  /**
   * A page.
   *
   * @param mostShown most pictures below a heading
   */
  public ContactSheet(ImageWorker worker, int mostShown) {
    this.worker = worker;
    this.mostShown = mostShown;
  }

  /**
   * Takes a picture with what is known of it.
   *
   * @param image a file; empty where none may be shown
   */
  public void add(String heading, byte[] image, List<String> facts) {
    List<String> some = cards.computeIfAbsent(heading, any -> new ArrayList<>());
    if (some.size() < mostShown) {
      some.add(card(image.length == 0 ? "" : thumbnail(image), "", "", facts));
    }
  }

  /** Takes a pair that was judged. */
  public void add(String where, RawPair pair, Outcome<CleanedPair> outcome) {
    String verdict = outcome.fold(kept -> KEPT, no -> "Rejected: " + no.reason());
    List<String> some = cards.computeIfAbsent(verdict, any -> new ArrayList<>());
    if (some.size() < mostShown) {
      some.add(outcome.fold(kept -> kept(where, pair, kept), no -> rejected(where, pair, no)));
    }
  }

  private String kept(String where, RawPair pair, CleanedPair kept) {
    PreparedImage image = kept.image();
    Picture picture = image.picture();
    List<String> facts = new ArrayList<>();
    facts.add(where);
    facts.add(kept.caption().tokens().count() + " tokens");
    facts.add(
        "%d×%d px from %d×%d"
            .formatted(
                picture.widthPx(),
                picture.heightPx(),
                image.originalWidthPx(),
                image.originalHeightPx()));
    // Four digits, which is more than anybody sees.
    new TreeMap<>(image.measures())
        .forEach(
            (name, value) ->
                facts.add(
                    name + " " + new BigDecimal(value).round(new MathContext(4)).toPlainString()));
    String caption = kept.caption().caption().text();
    String was = caption.equals(pair.getCaption()) ? "" : pair.getCaption();
    String shown = picture.encoding() == ImageEncoding.RAW ? thumbnail(pair) : image(picture);
    return card(shown, was, caption, facts);
  }

  private String rejected(String where, RawPair pair, Rejection no) {
    boolean isShown = Thumbnail.refusal(no.reason().name()).isEmpty();
    List<String> facts = new ArrayList<>(List.of(no.detail(), no.reason().remedy(), where));
    if (!no.measured().inWords().isEmpty()) {
      facts.add("measured " + no.measured().inWords() + ", limit " + no.measured().limitInWords());
    }
    return card(isShown ? thumbnail(pair) : "", "", pair.getCaption(), facts);
  }

  private String thumbnail(RawPair pair) {
    return thumbnail(Utils.toArray(pair.getImage()));
  }

  /** Empty for an image that no worker can decode. */
  private String thumbnail(byte[] original) {
    return Thumbnail.of(original, SIZE_PX, worker).fold(image -> image(image.picture()), no -> "");
  }

  private static String card(String image, String was, String caption, List<String> facts) {
    return "<div class=\"card\">%s<p class=\"was\">%s</p><p>%s</p><p class=\"facts\">%s</p></div>\n"
        .formatted(
            image,
            escaped(was),
            escaped(caption),
            String.join("<br>", facts.stream().map(ContactSheet::escaped).toList()));
  }

  private static String image(Picture picture) {
    return "<img width=\"%d\" height=\"%d\" alt=\"\" src=\"data:image/%s;base64,%s\">"
        .formatted(
            picture.widthPx(),
            picture.heightPx(),
            picture.encoding().label(),
            Base64.getEncoder().encodeToString(picture.encoded().bytes()));
  }

  /** The page, with the first pairs of each verdict. */
  public String html(String title) {
    StringBuilder body = new StringBuilder();
    cards.forEach(
        (verdict, some) ->
            body.append("<h2>%s</h2>\n<div class=\"cards\">\n".formatted(escaped(verdict)))
                .append(String.join("", some))
                .append("</div>\n"));
    return ClassPathFile.text(ContactSheet.class, "contact-sheet.html")
        .formatted(escaped(title), body);
  }

  /** A stranger's text as it may stand in the page, in an attribute too. */
  private static String escaped(String text) {
    return OneLine.of(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
