/** Throughput of the last hour, for the operators' page. */
package io.pairstream.operate.history;
