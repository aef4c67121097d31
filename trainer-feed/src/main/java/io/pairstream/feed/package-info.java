/**
 * Batches that a trainer can use at once, read from a split's topic, and the position from which it
 * continues. Knows nothing of how pairs are prepared.
 */
package io.pairstream.feed;
