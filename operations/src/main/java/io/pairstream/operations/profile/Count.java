package io.pairstream.operations.profile;

/**
 * How many have a value.
 *
 * @param count 1 or more
 */
public record Count(String value, long count) {}
