/** What it costs to watch the lag of many groups. */
package io.pairstream.benchmarks.watch;
