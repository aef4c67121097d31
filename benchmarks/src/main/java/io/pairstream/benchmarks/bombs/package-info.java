/** What files cost that are made to cost much. */
package io.pairstream.benchmarks.bombs;
