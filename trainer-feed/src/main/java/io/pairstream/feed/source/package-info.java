/**
 * Where all of the feed reads from: the topic of one split, and the takedowns that are in force.
 */
package io.pairstream.feed.source;
