package io.pairstream.operations.pairs;

import java.util.Locale;

/** The names of reasons in plain words. */
final class ReasonWords {

  private static final String FETCH = "FETCH_";

  private ReasonWords() {}

  /** {@code IMAGE_TOO_SMALL} is {@code Image too small}; nothing is nothing. */
  static String of(String reason) {
    if (reason.isEmpty()) {
      return "";
    }
    if (reason.startsWith(FETCH) && reason.length() > FETCH.length()) {
      return "Not fetched: " + words(reason.substring(FETCH.length()));
    }
    String words = words(reason);
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private static String words(String name) {
    return name.toLowerCase(Locale.ROOT)
        .replace('_', ' ')
        .replace("utf8", "UTF-8")
        .replace("robots", "robots.txt")
        .replaceAll("\\burl\\b", "URL")
        .replaceAll("\\bdns\\b", "DNS")
        .replaceAll("\\btls\\b", "TLS");
  }
}
