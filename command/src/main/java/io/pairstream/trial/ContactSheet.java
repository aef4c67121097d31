package io.pairstream.trial;

import io.pairstream.cleaning.image.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.split.Split;
import io.pairstream.cleaning.tokens.TokenizedCaption;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy"
            content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <title>{title}</title>
      <style>
        body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem;
               padding: 0 1rem; color: #1b1f24; background: #fff; }
        h1 { font-size: 1.5rem; } h2 { margin-top: 2.5rem; font-size: 1.15rem; }
        table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left;
               vertical-align: top; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
        .cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
        .card { border: 1px solid #d0d7de; border-radius: 8px; padding: .75rem; overflow-wrap: anywhere; }
        .card img { max-width: 100%; height: auto; border-radius: 4px; background: #eee; }
        .where, .small { color: #57606a; font-size: .85rem; }
        .was { text-decoration: line-through; color: #57606a; white-space: pre-wrap; }
        .fate { font-weight: 600; } .bad { color: #a40e26; }
        @media (prefers-color-scheme: dark) {
          body { background: #0d1117; color: #e6edf3; } .card { border-color: #30363d; }
          .where, .small, .was { color: #9198a1; } .bad { color: #ff8182; } }
      </style>
      </head>
      <body>
      """;

  private final String title;
  private final TrialSummary summary;
  private final SheetSample sample;

  /** {@code title} says which recipe was tried on what. */
  public ContactSheet(String title, TrialSummary summary, SheetSample sample) {
    this.title = title;
    this.summary = summary;
    this.sample = sample;
  }

  /** Writes the page; replaces a file that is there. */
  public void write(Path file) throws IOException {
    Files.writeString(file, html());
  }

  String html() {
    StringBuilder page = new StringBuilder(HEAD.replace("{title}", escaped(title)));
    page.append("<h1>").append(escaped(title)).append("</h1>\n");
    overview(page);
    page.append("<h2 id=\"kept\">Kept, as the model sees them</h2>\n<div class=\"cards\">\n");
    sample.kept().forEach(pair -> kept(page, pair, (Verdict.Kept) pair.verdict()));
    page.append("</div>\n");
    for (TrialSummary.Refusals refusals : summary.refusals()) {
      page.append("<h2 id=\"")
          .append(refusals.reason())
          .append("\"><span class=\"bad\">")
          .append(refusals.reason())
          .append("</span> (")
          .append(refusals.count())
          .append(")</h2>\n<p>")
          .append(escaped(refusals.reason().remedy()))
          .append("</p>\n<div class=\"cards\">\n");
      sample
          .refused(refusals.reason())
          .forEach(pair -> refused(page, pair, (Verdict.Refused) pair.verdict()));
      page.append("</div>\n");
    }
    return page.append("</body>\n</html>\n").toString();
  }

  private void overview(StringBuilder page) {
    page.append("<table>\n");
    row(page, "<a href=\"#kept\">kept</a>", summary.keptInAll(), shown(sample.kept().size()));
    for (Split split : Split.values()) {
      if (summary.kept(split) > 0) {
        row(page, "&emsp;" + split.name().toLowerCase(Locale.ROOT), summary.kept(split), "");
      }
    }
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
    page.append("<tr><th>")
        .append(label)
        .append("</th><td class=\"n\">")
        .append(count)
        .append("</td><td>")
        .append(remark)
        .append("</td></tr>\n");
  }

  private static void kept(StringBuilder page, TriedPair pair, Verdict.Kept verdict) {
    PreparedImage image = verdict.pair().image();
    TokenizedCaption caption = verdict.pair().caption();
    page.append("<div class=\"card\">");
    picture(page, image);
    String cleaned = caption.caption().text();
    if (!cleaned.equals(pair.captionAsReceived())) {
      page.append("<p class=\"was\">").append(escaped(pair.captionAsReceived())).append("</p>");
    }
    page.append("<p>").append(escaped(cleaned)).append("</p>");
    page.append("<p class=\"small\"><span class=\"fate\">")
        .append(verdict.split().name().toLowerCase(Locale.ROOT))
        .append("</span> · ")
        .append(escaped(caption.caption().language()))
        .append(" · ")
        .append(caption.tokens().count())
        .append(
            caption.tokens().truncated()
                ? " of " + caption.tokens().untruncatedCount() + " tokens"
                : " tokens")
        .append(" · ")
        .append(image.originalWidthPx() + "×" + image.originalHeightPx())
        .append(" → ")
        .append(image.widthPx() + "×" + image.heightPx())
        .append("</p>");
    where(page, pair);
  }

  private static void refused(StringBuilder page, TriedPair pair, Verdict.Refused verdict) {
    page.append("<div class=\"card\"><p class=\"bad\">")
        .append(escaped(verdict.rejection().detail()))
        .append("</p><p>")
        .append(escaped(pair.captionAsReceived()))
        .append("</p>");
    where(page, pair);
  }

  private static void where(StringBuilder page, TriedPair pair) {
    page.append("<p class=\"where\">")
        .append(escaped(pair.where()))
        .append("<br>")
        .append(pair.pairId())
        .append("</p></div>\n");
  }

  private static void picture(StringBuilder page, PreparedImage image) {
    boolean isJpeg = image.encoding() == ImageEncoding.JPEG;
    byte[] bytes = image.encoded().bytes();
    page.append("<img width=\"")
        .append(image.widthPx())
        .append("\" height=\"")
        .append(image.heightPx())
        .append("\" alt=\"\" src=\"data:image/")
        .append(isJpeg ? "jpeg" : "png")
        .append(";base64,")
        .append(
            Base64.getEncoder()
                .encodeToString(image.encoding() == ImageEncoding.RAW ? png(image) : bytes))
        .append("\">");
  }

  /** Raw pixels as a file that a browser shows. */
  private static byte[] png(PreparedImage image) {
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
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isShown(point) ? point : ' ');
              }
            });
    return escaped.toString();
  }

  /**
   * Whether a character stays in its place: none that turns the direction of the text around it.
   */
  private static boolean isShown(int point) {
    int type = Character.getType(point);
    return type != Character.CONTROL
        && type != Character.SURROGATE
        && !(point >= 0x202A && point <= 0x202E)
        && !(point >= 0x2066 && point <= 0x2069);
  }
}
