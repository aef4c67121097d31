package io.pairstream.ingest.files;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Encodings that texts which are not UTF-8 are mostly in, the likelier first: the one fits in which
 * a text is whole, and most of its characters are ones that people write often.
 */
public enum TextEncoding {
  /** Letters with accents, and marks, between ASCII. */
  WINDOWS_1252(
      "WINDOWS-1252",
      "windows-1252",
      "(?<![\\x80-\\xFF])[\\x80\\x85\\x8A-\\x8E\\x91-\\x97\\x9A-\\x9F\\xA0\\xA9\\xAB\\xAE\\xB0\\xB4\\xB7\\xBB"
          + "\\xBF-\\xFF](?![\\x80-\\xFF])",
      ""),
  /** Hangul alone, in words. */
  EUC_KR(
      "CP949",
      "x-windows-949",
      "[\\xA1-\\xA3\\xB0-\\xC8][\\xA1-\\xFE]",
      "[\\xB0-\\xC8][\\xA1-\\xFE] [\\xB0-\\xC8]"),
  EUC_JP("EUC-JP", "EUC-JP", "[\\xA1-\\xA5\\xB0-\\xCF][\\xA1-\\xFE]", "[\\xA4\\xA5]"),
  SHIFT_JIS(
      "CP932",
      "windows-31j",
      "[\\x81-\\x84\\x88-\\x97][\\x40-\\xFC]",
      "\\x82[\\x9F-\\xF1]|\\x83[\\x40-\\x96]"),
  /** The first level of GB 2312, and GBK's marks. */
  GB18030("GB18030", "GB18030", "[\\xA1-\\xA3\\xB0-\\xD7][\\xA1-\\xFE]", ""),
  /** The first level of Big5, and its marks. */
  BIG5("BIG5", "Big5", "[\\xA1-\\xC6][\\x40-\\x7E\\xA1-\\xFE]", "");

  private static final double LEAST_SHARE = 0.7;

  private final String iconv;
  private final String charset;
  private final Pattern characters;
  private final Pattern sign;

  /**
   * @param common the bytes of a character that is often written
   * @param sign bytes without which it is another encoding
   */
  TextEncoding(String iconv, String charset, String common, String sign) {
    this.iconv = iconv;
    this.charset = charset;
    this.characters =
        Pattern.compile("[\\x00-\\x7F]+|(" + common + ")|([\\x80-\\xFF][\\x40-\\xFE]?)");
    this.sign = Pattern.compile(sign);
  }

  /** Words on bytes that are not UTF-8, to follow their name, with the command that helps. */
  public static String advice(byte[] text) {
    String bytes = new String(text, StandardCharsets.ISO_8859_1);
    return Stream.of(values())
        .filter(encoding -> encoding.share(bytes) >= LEAST_SHARE && encoding.decodes(text))
        .max(Comparator.comparingDouble(encoding -> encoding.share(bytes)))
        .map(
            encoding ->
                " is not UTF-8 but, as it seems, %s; write it as UTF-8, as by: iconv -f %s -t UTF-8"
                    .formatted(encoding.name().replace('_', '-'), encoding.iconv))
        .orElse(
            " is not UTF-8, nor of an encoding that is known here; save it as UTF-8 where it comes"
                + " from");
  }

  /** Share of the characters beyond ASCII that are often written: 0 to 1. */
  private double share(String bytes) {
    int all = 0;
    int common = 0;
    for (Matcher each = characters.matcher(bytes); each.find(); ) {
      common += each.group(1) == null ? 0 : 1;
      all += each.group(1) == null && each.group(2) == null ? 0 : 1;
    }
    return sign.matcher(bytes).find() ? (double) common / all : 0;
  }

  private boolean decodes(byte[] text) {
    try {
      return Charset.isSupported(charset)
          && Charset.forName(charset).newDecoder().decode(ByteBuffer.wrap(text)).hasRemaining();
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
