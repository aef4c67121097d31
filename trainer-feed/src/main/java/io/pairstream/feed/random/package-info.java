/** Random numbers that follow from what they are for. */
package io.pairstream.feed.random;
