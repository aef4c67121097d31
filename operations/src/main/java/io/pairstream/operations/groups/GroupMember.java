package io.pairstream.operations.groups;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Who reads a partition for a group. In JSON its own name alone.
 *
 * @param consumerId the broker's name for it
 * @param clientId its own name
 * @param host its address as the broker sees it: {@code /10.0.0.7}
 */
public record GroupMember(String consumerId, @JsonValue String clientId, String host) {

  /** Nobody reads it, or it is not known who. */
  public static final GroupMember NOBODY = new GroupMember("", "", "");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static GroupMember named(String clientId) {
    return new GroupMember("", clientId, "");
  }
}
