/** What it costs to watch the lag of many groups, and when who notices that one stands still. */
package io.pairstream.benchmarks.watch;
