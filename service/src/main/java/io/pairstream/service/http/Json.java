package io.pairstream.service.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializerBase;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** JSON as the servers speak it: no duplicate names, nothing after the value. */
public final class Json {

  public static final String MEDIA_TYPE = "application/json";

  /** Reads strictly; thread-safe. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  /** Writes records under names in snake case, and times as {@link #time} does. */
  private static final ObjectWriter RECORDS =
      MAPPER
          .rebuild()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(
              new SimpleModule()
                  .addSerializer(
                      new ToStringSerializerBase(Instant.class) {
                        @Override
                        public String valueToString(Object value) {
                          return time((Instant) value);
                        }
                      }))
          .build()
          .writer();

  private Json() {}

  /** A time as all answers have it: ISO 8601 in UTC with milliseconds. */
  public static String time(Instant time) {
    return TIME.format(time);
  }

  /**
   * A tree, or a record of texts, numbers, times and the like, in UTF-8, on one line and without a
   * line feed.
   */
  public static byte[] bytes(Object value) {
    try {
      return RECORDS.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("trees and records are always written", e);
    }
  }
}
