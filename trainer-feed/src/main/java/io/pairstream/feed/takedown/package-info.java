/** What was withdrawn from the data set while a run goes on. */
package io.pairstream.feed.takedown;
