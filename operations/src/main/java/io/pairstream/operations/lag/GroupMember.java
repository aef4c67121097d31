package io.pairstream.operations.lag;

/**
 * Who reads a partition for a group.
 *
 * @param consumerId the broker's name for it
 * @param clientId its own name
 * @param host its address as the broker sees it: {@code /10.0.0.7}
 */
public record GroupMember(String consumerId, String clientId, String host) {}
