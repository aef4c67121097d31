package io.pairstream.operate.catalogue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

/**
 * Ids and digests in columns: as bytes, half as long as their lower-case hex; other texts as they
 * are.
 */
public final class HexBytes {

  private static final HexFormat HEX = HexFormat.of();

  /** Longer than an id or a digest, and behind each. */
  private static final String LAST = "ff".repeat(33);

  private HexBytes() {}

  /** The value of a column that holds a text. */
  public static Object of(String text) {
    int length = text.length();
    if (length == 0 || length % 2 != 0) {
      return text;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return text;
      }
    }
    return HEX.parseHex(text);
  }

  /** Bounds of the texts that begin with these hex digits: the least value and the greatest. */
  static List<Object> beginning(String digits) {
    boolean isOdd = digits.length() % 2 != 0;
    return List.of(of(isOdd ? digits + "0" : digits), of((isOdd ? digits + "f" : digits) + LAST));
  }

  /** The text of a column; empty where it holds none. */
  public static String text(ResultSet row, String column) throws SQLException {
    Object value = row.getObject(column);
    if (value instanceof byte[] bytes) {
      return HEX.formatHex(bytes);
    }
    return value == null ? "" : value.toString();
  }
}
