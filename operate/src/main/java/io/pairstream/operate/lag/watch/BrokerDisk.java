package io.pairstream.operate.lag.watch;

/**
 * Where a broker keeps logs.
 *
 * @param broker its id
 * @param path the folder
 * @param freeBytes room that is left on its disk
 * @param bytes size of that disk
 */
public record BrokerDisk(int broker, String path, long freeBytes, long bytes) {}
