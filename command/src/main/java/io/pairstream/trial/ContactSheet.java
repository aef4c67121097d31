package io.pairstream.trial;

import io.pairstream.cleaning.image.ImageEncoding;
import io.pairstream.cleaning.image.Picture;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.tokens.TokenIds;
import io.pairstream.cleaning.tokens.TokenizedCaption;
import io.pairstream.terminal.TerminalText;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A page that shows what a recipe keeps, as the model will see it, and what it turns away, and why.
 *
 * <p>One file that needs no other and runs no script. It shows prepared pixels alone, which our own
 * worker has encoded; an original is never put before a browser.
 */
public final class ContactSheet {

  private final String title;
  private final TrialSummary summary;

  /** {@code title} says which recipe was tried on what. */
  public ContactSheet(String title, TrialSummary summary) {
    this.title = title;
    this.summary = summary;
  }

  /** The page. */
  public String html() throws IOException {
    StringBuilder page = new StringBuilder();
    overview(page);
    page.append("<h2 id=\"kept\">Kept, as the model sees them</h2>\n<div class=\"cards\">\n");
    summary.keptExamples().forEach(pair -> kept(page, pair, (Verdict.Kept) pair.verdict()));
    page.append("</div>\n");
    for (TrialSummary.Refusals refusals : summary.refusals()) {
      page.append(
          """
          <h2 id="%1$s"><span class="bad">%1$s</span> (%2$d)</h2>
          <p>%3$s</p>
          <div class="cards">
          """
              .formatted(refusals.reason(), refusals.count(), escaped(refusals.remedy())));
      refusals.examples().forEach(pair -> refused(page, pair, (Verdict.Refused) pair.verdict()));
      page.append("</div>\n");
    }
    try (InputStream frame = ContactSheet.class.getResourceAsStream("contact-sheet.html")) {
      return new String(frame.readAllBytes(), StandardCharsets.UTF_8)
          .replace("{title}", escaped(title))
          .replace("{body}", page);
    }
  }

  private void overview(StringBuilder page) {
    page.append("<table>\n");
    row(
        page,
        "<a href=\"#kept\">kept</a>",
        summary.keptInAll(),
        shown(summary.keptExamples().size()));
    summary
        .kept()
        .forEach(
            (split, count) ->
                row(page, "&emsp;" + split.name().toLowerCase(Locale.ROOT), count, ""));
    for (TrialSummary.Refusals refusals : summary.refusals()) {
      row(
          page,
          "<a class=\"bad\" href=\"#" + refusals.reason() + "\">" + refusals.reason() + "</a>",
          refusals.count(),
          escaped(refusals.reason().remedy()));
    }
    if (summary.copies() > 0) {
      row(page, "copies", summary.copies(), "the same image with the same caption, kept before");
    }
    page.append("</table>\n");
  }

  private String shown(int onSheet) {
    return onSheet < summary.keptInAll() ? onSheet + " of them below, drawn evenly" : "";
  }

  private static void row(StringBuilder page, String label, long count, String remark) {
    page.append(
        "<tr><th>%s</th><td class=\"n\">%d</td><td>%s</td></tr>\n".formatted(label, count, remark));
  }

  private static void kept(StringBuilder page, TriedPair pair, Verdict.Kept verdict) {
    PreparedImage image = verdict.pair().image();
    Picture shown = image.picture();
    TokenizedCaption caption = verdict.pair().caption();
    TokenIds tokens = caption.tokens();
    String cleaned = caption.caption().text();
    page.append(
        """
        <div class="card"><img width="%d" height="%d" alt="" src="data:image/%s;base64,%s">%s\
        <p>%s</p><p class="small"><span class="fate">%s</span> · %s · %d%s tokens · %d×%d → %d×%d</p>\
        """
            .formatted(
                shown.widthPx(),
                shown.heightPx(),
                shown.encoding() == ImageEncoding.JPEG ? "jpeg" : "png",
                Base64.getEncoder()
                    .encodeToString(
                        shown.encoding() == ImageEncoding.RAW
                            ? png(shown)
                            : shown.encoded().bytes()),
                cleaned.equals(pair.captionAsReceived())
                    ? ""
                    : "<p class=\"was\">" + escaped(pair.captionAsReceived()) + "</p>",
                escaped(cleaned),
                verdict.split().name().toLowerCase(Locale.ROOT),
                escaped(caption.caption().language()),
                tokens.count(),
                tokens.truncated() ? " of " + tokens.untruncatedCount() : "",
                image.originalWidthPx(),
                image.originalHeightPx(),
                shown.widthPx(),
                shown.heightPx()));
    where(page, pair);
  }

  private static void refused(StringBuilder page, TriedPair pair, Verdict.Refused verdict) {
    page.append(
        "<div class=\"card\"><p class=\"bad\">%s</p><p>%s</p>"
            .formatted(escaped(verdict.rejection().detail()), escaped(pair.captionAsReceived())));
    where(page, pair);
  }

  private static void where(StringBuilder page, TriedPair pair) {
    page.append(
        "<p class=\"where\">%s<br>%s</p></div>\n".formatted(escaped(pair.where()), pair.pairId()));
  }

  /** Raw pixels as a file that a browser shows. */
  private static byte[] png(Picture image) {
    byte[] rgb = image.encoded().bytes();
    BufferedImage picture =
        new BufferedImage(image.widthPx(), image.heightPx(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < image.widthPx() * image.heightPx(); i++) {
      int at = 3 * i;
      picture.setRGB(
          i % image.widthPx(),
          i / image.widthPx(),
          (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | (rgb[at + 2] & 0xFF));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("a picture cannot be written to memory", e);
    }
    return out.toByteArray();
  }

  /** Text as it may stand in the page, in an attribute too. */
  private static String escaped(String text) {
    return TerminalText.plain(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
