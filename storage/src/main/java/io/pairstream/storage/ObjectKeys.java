package io.pairstream.storage;

import io.pairstream.storage.ObjectStore.ObjectInfo;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.regex.Pattern;

/** Keys of objects that every store takes, and that are no paths out of a folder. */
final class ObjectKeys {

  private static final Pattern KEY =
      Pattern.compile(
          "(?!\\.{1,2}(/|$))[^/\\\\\\p{Cntrl}]+(/(?!\\.{1,2}(/|$))[^/\\\\\\p{Cntrl}]+)*");

  /** Objects by the UTF-8 bytes of their keys, as S3 lists them. */
  static final Comparator<ObjectInfo> ORDER =
      Comparator.comparing(
          each -> each.key().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  /**
   * @throws IllegalArgumentException where a key is empty, absolute, ends with {@code /}, or has a
   *     part that is empty, {@code .} or {@code ..}, a backslash or a control character
   */
  static String checked(String key) {
    if (!isKey(key)) {
      throw new IllegalArgumentException(
          "'%s' is no key of an object; a key is relative, with one / between its parts"
              .formatted(key.replaceAll("\\p{Cntrl}", "?")));
    }
    return key;
  }

  static boolean isKey(String key) {
    return KEY.matcher(key).matches();
  }

  private ObjectKeys() {}
}
