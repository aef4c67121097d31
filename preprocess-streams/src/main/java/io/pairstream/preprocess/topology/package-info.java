/**
 * The graph that a raw record passes, and the processors in it. Everything that a record may meet
 * is in {@link io.pairstream.preprocess.topology.PreprocessTopology}, in order.
 */
package io.pairstream.preprocess.topology;
