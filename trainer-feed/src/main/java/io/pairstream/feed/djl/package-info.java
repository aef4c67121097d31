/** The feed as a data set of the Deep Java Library, for those who have it on their class path. */
package io.pairstream.feed.djl;
