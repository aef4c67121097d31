package io.pairstream.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.feed.view.PositionRefusedException;
import java.util.Optional;

/** Positions as JSON: records that are whole, and numbers that are numbers. */
final class StoredPosition {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private static final int SHOWN_CHARACTERS = 80;

  private StoredPosition() {}

  static String write(Object stored) {
    return JSON.valueToTree(stored).toString();
  }

  /**
   * What a text holds.
   *
   * @throws PositionRefusedException where it is no such record
   */
  static <T> T read(String json, Class<T> type, String expected) {
    Optional<T> read = Optional.empty();
    try {
      read = Optional.ofNullable(JSON.readValue(json, type));
    } catch (JsonProcessingException e) {
      // Refused below.
    }
    String shown =
        json.length() > SHOWN_CHARACTERS ? json.substring(0, SHOWN_CHARACTERS) + "..." : json;
    return read.orElseThrow(
        () -> new PositionRefusedException("no position of " + expected + ": " + shown));
  }
}
