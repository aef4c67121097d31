/** Looks at every group of a cluster again and again, and tells what it sees. */
package io.pairstream.operations.lag.watch;
