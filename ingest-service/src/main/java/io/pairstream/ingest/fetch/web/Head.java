package io.pairstream.ingest.fetch.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;

/**
 * What comes before the body of an answer.
 *
 * @param response the status and the headers
 * @param length bytes that the body is said to have; negative where that is not said
 */
record Head(HttpResponse response, long length) {

  /** The largest part of a header that is told to anybody. */
  private static final int MAX_TOLD = 200;

  int status() {
    return response.getCode();
  }

  /** The header's first value, or empty. */
  String first(String name) {
    Header header = response.getFirstHeader(name);
    return header == null || header.getValue() == null ? "" : header.getValue();
  }

  /** All values of the header, in order. */
  List<String> all(String name) {
    List<String> values = new ArrayList<>();
    for (Header header : response.getHeaders(name)) {
      if (header.getValue() != null) {
        values.add(header.getValue());
      }
    }
    return values;
  }

  /** The header's first value as hosts write addresses: bytes beyond ASCII are UTF-8. */
  String firstInUtf8(String name) {
    return new String(first(name).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** The header's first value, shortened, without what is not printable ASCII: to be shown. */
  String told(String name) {
    StringBuilder told = new StringBuilder();
    first(name)
        .chars()
        .filter(c -> c >= 0x20 && c < 0x7F)
        .limit(MAX_TOLD)
        .forEach(c -> told.append((char) c));
    return told.toString().strip();
  }
}
