/**
 * The world around the topology: a registry that is down, a worker that cannot start, a disk that
 * is full. None of them is a record's fault, so records wait at the consumer until the world is
 * well again.
 */
package io.pairstream.preprocess.world;
