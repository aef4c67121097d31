/**
 * What a data set holds: counts, histograms, words, producers. Sums that a pair enters and leaves
 * again, so that they are those of the pairs that stand there now. The catalogue of pairs reads the
 * records.
 */
package io.pairstream.operate.profile;
