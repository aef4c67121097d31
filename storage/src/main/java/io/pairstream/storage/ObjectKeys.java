package io.pairstream.storage;

import java.util.regex.Pattern;

/** Keys of objects that every store takes, and that are no paths out of a folder. */
final class ObjectKeys {

  private static final Pattern KEY =
      Pattern.compile(
          "(?!\\.{1,2}(/|$))[^/\\\\\\p{Cntrl}]+(/(?!\\.{1,2}(/|$))[^/\\\\\\p{Cntrl}]+)*");

  /**
   * @throws IllegalArgumentException where a key is empty, absolute, ends with {@code /}, or has a
   *     part that is empty, {@code .} or {@code ..}, a backslash or a control character
   */
  static String checked(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no key of an object; a key is relative, with one / between its parts"
              .formatted(key.replaceAll("\\p{Cntrl}", "?")));
    }
    return key;
  }

  private ObjectKeys() {}
}
