/** Ready batches from a split as it grows, and the position from which a trainer continues. */
package io.pairstream.feed.batch;
