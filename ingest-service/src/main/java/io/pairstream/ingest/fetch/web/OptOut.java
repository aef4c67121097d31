package io.pairstream.ingest.fetch.web;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A host's opt-out from training, in the headers of a response.
 *
 * <p>Read before the body. Respected are:
 *
 * <ul>
 *   <li>{@code X-Robots-Tag} with {@code noai}, {@code noimageai}, {@code noml}, {@code noindex},
 *       {@code noimageindex} or {@code none}, for all crawlers or for {@link
 *       FetchSettings.UserAgent#NAME}
 *       (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag,
 *       https://noml.info);
 *   <li>{@code TDM-Reservation: 1}
 *       (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510);
 *   <li>{@code Content-Usage} with {@code train-ai=n}, whatever parameters follow it
 *       (https://datatracker.ietf.org/doc/draft-ietf-aipref-attach).
 * </ul>
 */
final class OptOut {

  private static final Set<String> NO =
      Set.of("noai", "noimageai", "noml", "noindex", "noimageindex", "none");

  /** Directives with a value after a colon, which are not crawlers' names. */
  private static final Set<String> WITH_VALUE =
      Set.of("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview");

  private static final Set<String> NO_TRAINING = Set.of("train-ai=n", "train-genai=n");

  private OptOut() {}

  /** The header that speaks against it, in words such as {@code X-Robots-Tag: noai}; or empty. */
  static String of(HostAnswer answer) {
    for (String value : answer.response().headers("X-Robots-Tag")) {
      String directive = forbidding(value);
      if (!directive.isEmpty()) {
        return "X-Robots-Tag: " + directive;
      }
    }
    if (answer.response().headers("TDM-Reservation").stream()
        .anyMatch(value -> value.strip().equals("1"))) {
      return "TDM-Reservation: 1";
    }
    for (String value : answer.response().headers("Content-Usage")) {
      for (String member : List.of(value.toLowerCase(Locale.ROOT).split(","))) {
        String usage = member.split(";", 2)[0].replace(" ", "").replace("\t", "");
        if (NO_TRAINING.contains(usage)) {
          return "Content-Usage: " + usage;
        }
      }
    }
    return "";
  }

  /**
   * The first directive that forbids training. A crawler's name and a colon before a directive
   * restrict that and all that follow to that crawler.
   */
  private static String forbidding(String value) {
    boolean meant = true;
    for (String part : value.toLowerCase(Locale.ROOT).split(",")) {
      String directive = part.strip();
      int colon = directive.indexOf(':');
      if (colon > 0) {
        String name = directive.substring(0, colon).strip();
        if (name.matches("[a-z0-9_*-]+") && !WITH_VALUE.contains(name)) {
          meant = name.equals(FetchSettings.UserAgent.NAME) || name.equals("*");
          directive = directive.substring(colon + 1).strip();
        }
      }
      if (meant && NO.contains(directive)) {
        return directive;
      }
    }
    return "";
  }
}
