package io.pairstream.cleaning.caption;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Repairs text in an older encoding that was read as Windows-1252 or Latin-1: {@code ÔÚº£Ì²}
 * becomes {@code 在海滩}.
 *
 * <p>A text is repaired as a whole, and only where nothing else is probable: four characters beyond
 * ASCII stand in a row, as in no word of a Latin script; such are a third of the text or more; and
 * in one of the encodings all bytes are valid and nine in ten characters beyond ASCII frequent.
 * UTF-8 is left to {@link Mojibake}.
 *
 * @param characters finds one beyond ASCII, as bytes, with the first group where it is frequent
 * @param fewest characters beyond ASCII that decide; a text with fewer may be in another encoding,
 *     and stays as it is
 */
record LegacyMojibake(Charset charset, Pattern characters, int fewest) {

  private static final String BEYOND_ASCII = "[\\x{80}-\\x{FF}]";

  private static final String UNDECODABLE = "\uFFFD";

  private static final Pattern ROW = Pattern.compile(BEYOND_ASCII + "{4}");

  /** In the order in which they are tried: all bytes of Hangul occur in Chinese, too. */
  private static final List<LegacyMojibake> ALL =
      List.of(
          of("EUC-KR", "[\\xA1\\xA3\\xB0-\\xC8][\\xA1-\\xFE]", 16),
          of("GBK", "[\\xA1\\xA3\\xB0-\\xD7][\\xA1-\\xFE]", 2),
          of("Big5", "[\\xA1\\xA4-\\xC6][\\x40-\\x7E\\xA1-\\xFE]", 2),
          of("Shift_JIS", "[\\x81-\\x83\\x88-\\x97][\\x40-\\xFC]", 2),
          of("windows-1251", "[\\xA8\\xB8\\xC0-\\xFF]", 8));

  private static LegacyMojibake of(String charset, String frequent, int fewest) {
    String any = BEYOND_ASCII + (charset.startsWith("w") ? "" : ".?");
    Pattern characters = Pattern.compile("(" + frequent + ")|" + any, Pattern.DOTALL);
    return new LegacyMojibake(Charset.forName(charset), characters, fewest);
  }

  /** The text as it was before it was decoded wrongly. */
  static String repaired(String text) {
    String bytes = Mojibake.bytes(text);
    boolean isWrong =
        ROW.matcher(bytes).find()
            && bytes.chars().filter(c -> c >= 0x80).count() * 3 >= bytes.replace(" ", "").length()
            && decoded(bytes, UTF_8).contains(UNDECODABLE);
    return !isWrong
        ? text
        : ALL.stream()
            .filter(encoding -> encoding.explains(bytes))
            .filter(encoding -> !decoded(bytes, encoding.charset).contains(UNDECODABLE))
            .findFirst()
            .filter(
                encoding -> encoding.characters.matcher(bytes).results().count() >= encoding.fewest)
            .map(encoding -> decoded(bytes, encoding.charset))
            .orElse(text);
  }

  private static String decoded(String bytes, Charset charset) {
    return new String(bytes.getBytes(ISO_8859_1), charset);
  }

  private boolean explains(String bytes) {
    List<MatchResult> all = characters.matcher(bytes).results().toList();
    return 10 * all.stream().filter(found -> found.group(1) != null).count() >= 9L * all.size();
  }
}
