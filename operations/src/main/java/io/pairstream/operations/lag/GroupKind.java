package io.pairstream.operations.lag;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** By which protocol a group's members agree. */
public enum GroupKind {
  CONSUMER,
  STREAMS,
  SHARE,

  /** The older protocol, and groups without members whose position somebody else commits. */
  CLASSIC;

  /** In lower case: {@code consumer}. */
  @JsonValue
  public String words() {
    return name().toLowerCase(Locale.ROOT);
  }
}
