/**
 * Views of a split, their order and their export; batches of a split as it grows, and the position
 * from which a trainer continues. Knows nothing of how pairs are prepared.
 */
package io.pairstream.feed;
