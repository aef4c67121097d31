/** What became of one pair, and why. */
package io.pairstream.operations.why;
