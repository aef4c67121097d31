/**
 * Statistics of a data set: counts, histograms, words, producers. A pair enters a sum and leaves it
 * again, so the sums are those of the pairs that are there now. The catalogue of pairs reads the
 * records.
 */
package io.pairstream.operate.profile;
