package io.pairstream.trial;

import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import io.pairstream.terminal.TerminalText;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A page that shows what a recipe keeps, as the model will see it, and what it rejects, and why.
 *
 * <p>One file that needs no other and runs no script. It shows prepared pixels alone, which our own
 * worker has encoded; an original is never put before a browser.
 *
 * @param title says which recipe was tried on what
 */
public record ContactSheet(String title, TrialSummary summary) {

  /** The page. */
  public String html() throws IOException {
    StringBuilder page = new StringBuilder();
    overview(page);
    page.append("<h2 id=\"kept\">Kept, as the model sees them</h2>\n<div class=\"cards\">\n");
    for (TriedPair pair : summary.keptExamples()) {
      page.append(kept(pair, (Verdict.Kept) pair.verdict())).append(where(pair));
    }
    page.append("</div>\n");
    for (TrialSummary.Refusals refusals : summary.refusals()) {
      page.append(
          """
          <h2 id="%1$s"><span class="bad">%1$s</span> (%2$d)</h2>
          <p>%3$s</p>
          <div class="cards">
          """
              .formatted(refusals.reason(), refusals.count(), escaped(refusals.remedy())));
      for (TriedPair pair : refusals.examples()) {
        String detail = ((Verdict.Refused) pair.verdict()).rejection().detail();
        page.append(
            "<div class=\"card\"><p class=\"bad\">%s</p><p>%s</p>%s"
                .formatted(escaped(detail), escaped(pair.captionAsReceived()), where(pair)));
      }
      page.append("</div>\n");
    }
    try (InputStream frame = ContactSheet.class.getResourceAsStream("contact-sheet.html")) {
      return new String(frame.readAllBytes(), StandardCharsets.UTF_8)
          .replace("{title}", escaped(title))
          .replace("{body}", page);
    }
  }

  private void overview(StringBuilder page) {
    int shown = summary.keptExamples().size();
    page.append("<table>\n");
    row(
        page,
        "<a href=\"#kept\">kept</a>",
        summary.keptInAll(),
        shown < summary.keptInAll() ? shown + " of them below, drawn evenly" : "");
    summary.kept().forEach((split, count) -> row(page, "&emsp;" + name(split), count, ""));
    for (TrialSummary.Refusals refusals : summary.refusals()) {
      row(
          page,
          "<a class=\"bad\" href=\"#%1$s\">%1$s</a>".formatted(refusals.reason()),
          refusals.count(),
          escaped(refusals.remedy()));
    }
    if (summary.copies() > 0) {
      row(page, "copies", summary.copies(), "the same image with the same caption, kept before");
    }
    page.append("</table>\n");
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static void row(StringBuilder page, String label, long count, String remark) {
    page.append(
        "<tr><th>%s</th><td class=\"n\">%d</td><td>%s</td></tr>\n".formatted(label, count, remark));
  }

  private static String kept(TriedPair pair, Verdict.Kept verdict) throws IOException {
    PreparedImage image = verdict.pair().image();
    Picture shown = image.picture();
    TokenizedCaption caption = verdict.pair().caption();
    TokenIds tokens = caption.tokens();
    String cleaned = caption.caption().text();
    byte[] file = shown.encoding() == ImageEncoding.RAW ? png(shown) : shown.encoded().bytes();
    String was =
        cleaned.equals(pair.captionAsReceived())
            ? ""
            : "<p class=\"was\">" + escaped(pair.captionAsReceived()) + "</p>";
    return """
    <div class="card"><img width="%d" height="%d" alt="" src="data:image/%s;base64,%s">%s\
    <p>%s</p><p class="small"><span class="fate">%s</span> · %s · %d%s tokens · %d×%d → %d×%d</p>\
    """
        .formatted(
            shown.widthPx(),
            shown.heightPx(),
            shown.encoding() == ImageEncoding.JPEG ? "jpeg" : "png",
            Base64.getEncoder().encodeToString(file),
            was,
            escaped(cleaned),
            name(verdict.split()),
            escaped(caption.caption().language()),
            tokens.count(),
            tokens.truncated() ? " of " + tokens.untruncatedCount() : "",
            image.originalWidthPx(),
            image.originalHeightPx(),
            shown.widthPx(),
            shown.heightPx());
  }

  private static String where(TriedPair pair) {
    return "<p class=\"where\">%s<br>%s</p></div>\n"
        .formatted(escaped(pair.where()), pair.pairId());
  }

  /** Raw pixels as a file that a browser shows. */
  private static byte[] png(Picture image) throws IOException {
    byte[] rgb = image.encoded().bytes();
    BufferedImage picture =
        new BufferedImage(image.widthPx(), image.heightPx(), BufferedImage.TYPE_INT_RGB);
    int[] samples = new int[rgb.length];
    Arrays.setAll(samples, i -> rgb[i] & 0xFF);
    picture.getRaster().setPixels(0, 0, image.widthPx(), image.heightPx(), samples);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", out);
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
