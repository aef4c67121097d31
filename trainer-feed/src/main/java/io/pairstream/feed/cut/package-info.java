/** How views are made of a split: once, or segment by segment as the split grows. */
package io.pairstream.feed.cut;
