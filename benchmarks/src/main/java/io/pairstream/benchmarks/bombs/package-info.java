/** How long the gate takes to turn away files that are made to cost much. */
package io.pairstream.benchmarks.bombs;
