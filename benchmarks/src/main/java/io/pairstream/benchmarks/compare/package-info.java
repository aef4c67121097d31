/**
 * The cleaning beside the programs that others use for the same work, on the same files.
 *
 * <p>Each contender is a process of its own, driven line by line; whoever measures knows nothing of
 * how it works.
 */
package io.pairstream.benchmarks.compare;
