/** Which checkpoints have seen a pair, computed from what was noted of them. */
package io.pairstream.feed.exposure;
