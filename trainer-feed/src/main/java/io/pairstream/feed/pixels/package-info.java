/**
 * How pixels become a trainer's numbers: type, layout and normalisation. Knows nothing of records.
 */
package io.pairstream.feed.pixels;
