package io.pairstream.ingest.generate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** The key of an images API; empty where the API wants none. Never shown. */
public final class ApiKey {

  /** What may stand in a header: https://www.rfc-editor.org/rfc/rfc9110#section-5.5. */
  private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]{1,4096}");

  private final String secret;

  private ApiKey(String secret) {
    this.secret = secret;
  }

  /** No key. */
  public static ApiKey none() {
    return new ApiKey("");
  }

  /**
   * The key in a file that holds nothing else.
   *
   * @throws IllegalArgumentException where the file cannot be read or holds something else
   */
  public static ApiKey fromFile(Path file) {
    try {
      return checked(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw new IllegalArgumentException("the key's file " + file + " cannot be read", e);
    }
  }

  /**
   * The key in an environment variable.
   *
   * @throws IllegalArgumentException where there is no such variable, or it holds something else
   */
  public static ApiKey fromEnvironment(String variable, Map<String, String> environment) {
    String value = environment.getOrDefault(variable, "");
    if (value.isBlank()) {
      throw new IllegalArgumentException("the environment has no variable " + variable);
    }
    return checked(value, variable);
  }

  private static ApiKey checked(String text, String where) {
    if (!PRINTABLE.matcher(text.strip()).matches()) {
      throw new IllegalArgumentException(
          where + " holds no key: one word of printable ASCII, and nothing else");
    }
    return new ApiKey(text.strip());
  }

  boolean isEmpty() {
    return secret.isEmpty();
  }

  /** Value of the header {@code Authorization}. */
  String authorization() {
    return "Bearer " + secret;
  }

  /** The text without the key, wherever an API repeats it. */
  String scrubbed(String text) {
    return secret.isEmpty() ? text : text.replace(secret, "***");
  }

  @Override
  public String toString() {
    return "ApiKey[***]";
  }
}
