package io.pairstream.service.http;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Header fields by name in any case; several of a name are one, with commas between. */
public final class Headers {

  private final Map<String, String> byName;

  private Headers(Map<String, String> byName) {
    this.byName = byName;
  }

  public static Headers of(Map<String, String> fields) {
    Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    fields.forEach((name, value) -> byName.merge(name, value, (a, b) -> a + ", " + b));
    return new Headers(Collections.unmodifiableMap(byName));
  }

  public Optional<String> get(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  @Override
  public String toString() {
    // Values hold keys.
    return byName.keySet().toString();
  }
}
