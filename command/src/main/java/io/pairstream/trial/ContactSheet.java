package io.pairstream.trial;

import io.pairstream.cleaning.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.operations.pairs.Thumbnail;
import io.pairstream.schemas.Sha256;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Utils;

/**
 * A page that shows what a recipe keeps, as the model will see it, and what it rejects, and why.
 *
 * <p>One file that needs no other and runs no script. Its pixels come from an image worker: an
 * original is never put before a browser. For one thread.
 */
public final class ContactSheet {

  private static final String KEPT = "";
  private static final int MOST_KEPT = 48;
  private static final int MOST_REJECTED = 12;
  private static final int SIZE_PX = 320;

  private final ImageWorker worker;
  private final Random random = new Random(1);

  /** Cards by the reason of a rejection, and how many pairs each group has. */
  private final Map<String, List<String>> cards = new HashMap<>();

  private final Map<String, Integer> counts = new HashMap<>();

  public ContactSheet(ImageWorker worker) {
    this.worker = worker;
  }

  /** Takes a pair that was tried; of many alike some, drawn evenly, are shown. */
  void add(SourceItem.Pair item, String pairId, Outcome<CleanedPair> outcome) {
    String group = outcome.fold(kept -> KEPT, no -> no.reason().name());
    int count = counts.merge(group, 1, Integer::sum);
    List<String> shown = cards.computeIfAbsent(group, any -> new ArrayList<>());
    boolean hasRoom = shown.size() < (group.equals(KEPT) ? MOST_KEPT : MOST_REJECTED);
    int at = hasRoom ? shown.size() : random.nextInt(count);
    if (!hasRoom && at >= shown.size()) {
      return;
    }
    String card =
        "<div class=\"card\">%s<p class=\"where\">%s<br>%s</p></div>\n"
            .formatted(
                outcome.fold(kept -> kept(item, kept), no -> rejected(item, no)),
                escaped(item.where()),
                pairId);
    if (hasRoom) {
      shown.add(card);
    } else {
      shown.set(at, card);
    }
  }

  private String kept(SourceItem.Pair item, CleanedPair pair) {
    String was = item.pair().getCaption();
    String caption = pair.caption().caption().text();
    Picture picture = pair.image().picture();
    PreparedImage image = pair.image();
    return (picture.encoding() == ImageEncoding.RAW ? thumbnail(item) : shown(picture))
        + (caption.equals(was) ? "" : "<p class=\"was\">%s</p>".formatted(escaped(was)))
        + "<p>%s</p><p class=\"facts\">%d tokens · %d×%d → %d×%d%s</p>"
            .formatted(
                escaped(caption),
                pair.caption().tokens().count(),
                image.originalWidthPx(),
                image.originalHeightPx(),
                picture.widthPx(),
                picture.heightPx(),
                image.measures().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(one -> "<br>" + escaped(one.getKey()) + " " + figure(one.getValue()))
                    .collect(Collectors.joining()));
  }

  private String rejected(SourceItem.Pair item, Rejection no) {
    boolean isShown = Thumbnail.refusal(no.reason().name()).isEmpty();
    return (isShown ? thumbnail(item) : "")
        + "<p class=\"bad\">%s</p><p>%s</p>"
            .formatted(escaped(no.detail()), escaped(item.pair().getCaption()))
        + (no.measured().isEmpty()
            ? ""
            : "<p class=\"facts\">measured %s, limit %s</p>"
                .formatted(escaped(no.measured()), escaped(no.limit())));
  }

  /** Four digits, which is more than anybody sees. */
  private static String figure(double value) {
    return new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }

  /** Nothing for an image that no worker can decode. */
  private String thumbnail(SourceItem.Pair item) {
    return Thumbnail.of(Utils.toArray(item.pair().getImage()), SIZE_PX, worker)
        .fold(image -> shown(image.picture()), no -> "");
  }

  private static String shown(Picture picture) {
    return "<img width=\"%d\" height=\"%d\" alt=\"\" src=\"data:image/%s;base64,%s\">"
        .formatted(
            picture.widthPx(),
            picture.heightPx(),
            picture.encoding().label(),
            Base64.getEncoder().encodeToString(picture.encoded().bytes()));
  }

  /** The page. */
  public String html(String title, RecipeTrial.Result result) throws IOException {
    StringBuilder body = new StringBuilder();
    section(body, KEPT, "Kept, as the model sees them", Optional.empty());
    for (RecipeTrial.Refusals refusals : result.refusals()) {
      RejectReason reason = refusals.reason();
      section(body, reason.name(), "Rejected: " + reason, Optional.of(refusals.remedy()));
    }
    String style = resource("contact-sheet.css");
    String digest = Base64.getEncoder().encodeToString(Sha256.of(style));
    return resource("contact-sheet.html").formatted(digest, escaped(title), style, body);
  }

  private void section(StringBuilder body, String group, String name, Optional<String> remedy) {
    List<String> shown = cards.getOrDefault(group, List.of());
    int count = counts.getOrDefault(group, 0);
    body.append("<h2>%s: %s</h2>\n".formatted(escaped(name), TerminalText.count(count)));
    remedy.ifPresent(words -> body.append("<p>%s</p>\n".formatted(escaped(words))));
    if (shown.size() < count) {
      body.append("<p>%d of them, drawn evenly.</p>\n".formatted(shown.size()));
    }
    body.append("<div class=\"cards\">\n").append(String.join("", shown)).append("</div>\n");
  }

  private static String resource(String name) throws IOException {
    try (InputStream file = ContactSheet.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
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
